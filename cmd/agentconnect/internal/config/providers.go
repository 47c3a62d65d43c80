package config

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// maxProviders bounds how many providers are configured.
const maxProviders = 64

// providers finds the names of providers in the file and in the environment.
func (l *loader) providers() {
	var names []string
	for _, key := range l.file.AllKeys() {
		if rest, ok := strings.CutPrefix(key, "providers."); ok {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	inEnv := regexp.MustCompile(`^AGENTCONNECT_PROVIDERS_([A-Z0-9_]+?)_(KIND|MODEL|MODELS|API_KEY|API_KEY_FILE|BASE_URL)=.`)
	for _, entry := range os.Environ() {
		if m := inEnv.FindStringSubmatch(entry); m != nil {
			names = append(names, nameOf(m[1], names))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > maxProviders {
		l.errs = append(l.errs, fmt.Errorf("%s: there are %d providers; there may be %d", l.s.File, len(names), maxProviders))
		return
	}
	valid := regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	for _, name := range names {
		if !valid.MatchString(name) {
			l.errs = append(l.errs, fmt.Errorf("%s: providers.%s: a name has letters, digits, dashes and underscores", l.s.File, name))
			continue
		}
		l.s.Providers = append(l.s.Providers, Provider{Name: name})
	}
	for i := range l.s.Providers {
		rows := l.s.Providers[i].table()
		for j := range rows {
			l.bind(&rows[j])
		}
	}
}

// nameOf is the provider that a part of a variable's name means: one of the
// file, in which dashes are not underscores, or a new one.
func nameOf(part string, names []string) string {
	for _, name := range names {
		if envName(name) == envPrefix+part {
			return name
		}
	}
	return strings.ToLower(part)
}

// secrets reads the files that hold secrets, and checks them.
func (l *loader) secrets() error {
	s := l.s
	if err := secret("auth.secret", &s.Auth.Secret, s.Auth.SecretFile); err != nil {
		return err
	}
	if n := len(s.Auth.Secret); n > 0 && n < minSecret {
		return fmt.Errorf("auth.secret has %d bytes; it needs at least %d: take those of openssl rand -hex 32, or leave it out and one is generated", n, minSecret)
	}
	for i := range s.Providers {
		p := &s.Providers[i]
		p.Kind = cmp.Or(p.Kind, p.Name)
		if err := secret("providers."+p.Name+".api_key", &p.APIKey, p.APIKeyFile); err != nil {
			return err
		}
	}
	return nil
}

// secret reads a secret from its file, if it has one.
func secret(key string, to *string, file Path) error {
	switch {
	case file == "":
		return nil
	case *to != "":
		return fmt.Errorf("%s and %s_file exclude each other", key, key)
	}
	info, err := os.Stat(string(file))
	switch {
	case err != nil:
		return fmt.Errorf("%s_file: %w", key, err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return fmt.Errorf("%s_file: %s is not a file of at most 1 MiB", key, file)
	}
	text, err := os.ReadFile(string(file))
	if err != nil {
		return fmt.Errorf("%s_file: %w", key, err)
	}
	if *to = strings.TrimRight(string(text), "\r\n"); *to == "" {
		return fmt.Errorf("%s_file: %s is empty", key, file)
	}
	return nil
}
