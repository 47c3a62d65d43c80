package lsp

import (
	"net/url"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// pathOf is the file that a URI names. A text that is in no file yet gets the
// name of one in a directory that does not exist.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return filepath.Clean(uri)
	}
	if u.Scheme != "file" {
		name := path.Base(path.Clean("/" + u.Opaque + u.Path))
		return filepath.Join(string(filepath.Separator)+unsavedDir, u.Scheme, strings.TrimSuffix(name, ".hcl")+".hcl")
	}
	p := u.Path
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/")
	}
	return filepath.Clean(filepath.FromSlash(p))
}

// unsavedDir stands for where texts are that no file has.
const unsavedDir = ".agentconnect-unsaved"

func unsaved(name string) bool {
	return strings.HasPrefix(name, string(filepath.Separator)+unsavedDir+string(filepath.Separator))
}

// uriOf is the URI of a file.
func uriOf(name string) string {
	p := filepath.ToSlash(name)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}
