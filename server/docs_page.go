package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) showDocs(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Security-Policy", s.pages.policy)
	h.Set("Referrer-Policy", "no-referrer")
	return showDocument(w, "text/html; charset=utf-8", s.pages.page)
}

// What the page shows.
type (
	page struct {
		Title, Version, Description string
		Tags                        []pageTag
		Schemas                     []pageText
		Style                       template.CSS
		Script                      template.JS
	}
	pageTag struct {
		Name, Text string
		Operations []pageOperation
	}
	pageOperation struct {
		Method, Path, Summary, Text string
		Public                      bool
		Parameters                  []pageParameter
		Body                        []pageMedia
		Answers                     []pageAnswer
	}
	pageParameter struct {
		Name, In, Text string
		Type           pageType
	}
	pageMedia struct {
		Kind string
		Type pageType
	}
	pageAnswer struct {
		Status, Text string
		Bodies       []pageMedia
	}
	pageText struct{ Name, Text string }
	// pageType is a schema by name, or in short words.
	pageType struct{ Ref, Text string }
)

// docsPage renders /openapi.json for people. Its policy allows its own style
// and script and requests to this server, and nothing else.
func docsPage(api tree) (text []byte, policy string, err error) {
	style, err := docFiles.ReadFile("docs/page.css")
	if err != nil {
		return nil, "", err
	}
	script, err := docFiles.ReadFile("docs/page.js")
	if err != nil {
		return nil, "", err
	}
	t, err := template.ParseFS(docFiles, "docs/page.html")
	if err != nil {
		return nil, "", err
	}
	p := pageOf(api)
	p.Style, p.Script = template.CSS(style), template.JS(script) //nolint:gosec // both are our own
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, "", err
	}
	policy = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		sourceHash(style), sourceHash(script))
	return b.Bytes(), policy, nil
}

// sourceHash allows exactly this text in a Content-Security-Policy.
func sourceHash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func pageOf(api tree) page {
	info := inTree(api, "info")
	p := page{Title: textIn(info, "title"), Version: textIn(info, "version"), Description: textIn(info, "description")}
	list, _ := api["tags"].([]any)
	for _, item := range list {
		tag, _ := item.(tree)
		p.Tags = append(p.Tags, pageTag{Name: textIn(tag, "name"), Text: textIn(tag, "description"), Operations: operationsOf(api, textIn(tag, "name"))})
	}
	schemas := inTree(api, "components", "schemas")
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		text, _ := json.MarshalIndent(schemas[name], "", "  ") // it was JSON
		p.Schemas = append(p.Schemas, pageText{name, string(text)})
	}
	return p
}

func operationsOf(api tree, tag string) []pageOperation {
	paths := inTree(api, "paths")
	var list []pageOperation
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := inTree(paths, path)
		for _, method := range []string{"get", "post", "delete"} {
			o := inTree(item, method)
			if tags, _ := o["tags"].([]any); slices.Contains(tags, any(tag)) {
				list = append(list, pageOperationOf(api, strings.ToUpper(method), path, o))
			}
		}
	}
	return list
}

func pageOperationOf(api tree, method, path string, o tree) pageOperation {
	_, public := o["security"]
	out := pageOperation{
		Method: method, Path: path, Summary: textIn(o, "summary"), Text: textIn(o, "description"), Public: public,
		Body: mediaOf(inTree(o, "requestBody", "content")),
	}
	params, _ := o["parameters"].([]any)
	for _, item := range params {
		one, _ := item.(tree)
		out.Parameters = append(out.Parameters, pageParameter{textIn(one, "name"), textIn(one, "in"), textIn(one, "description"), typeOf(inTree(one, "schema"))})
	}
	answers := inTree(o, "responses")
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		one := inTree(answers, status)
		if textIn(one, "$ref") != "" {
			one = inTree(api, "components", "responses", status)
		}
		out.Answers = append(out.Answers, pageAnswer{status, textIn(one, "description"), mediaOf(inTree(one, "content"))})
	}
	return out
}

func mediaOf(content tree) []pageMedia {
	var list []pageMedia
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		list = append(list, pageMedia{kind, typeOf(inTree(content, kind, "schema"))})
	}
	return list
}

// typeOf tells a schema's name, or what is simple enough in its words.
func typeOf(schema tree) pageType {
	if name, ok := strings.CutPrefix(textIn(schema, "$ref"), "#/components/schemas/"); ok {
		return pageType{Ref: name}
	}
	out := pageType{Text: textIn(schema, "type")}
	if values, ok := schema["enum"].([]any); ok {
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = fmt.Sprint(v)
		}
		out.Text = strings.Join(words, " | ")
	}
	if low, ok := schema["minimum"]; ok {
		out.Text += fmt.Sprintf(", from %v", low)
	}
	if high, ok := schema["maximum"]; ok {
		out.Text += fmt.Sprintf(" to %v", high)
	}
	return out
}

// inTree is the object at a path of keys, or an empty one.
func inTree(v tree, path ...string) tree {
	for _, key := range path {
		v, _ = v[key].(tree)
	}
	return v
}

func textIn(v tree, key string) string {
	text, _ := v[key].(string)
	return text
}
