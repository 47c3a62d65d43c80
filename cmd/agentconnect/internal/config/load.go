package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// maxFile bounds a configuration file, and one that holds a secret, in bytes.
const maxFile = 1 << 20

// clusterReplicas is the default of journal.replicas outside of the process.
const clusterReplicas = 3

// envPrefix begins the variables of the environment.
const envPrefix = "AGENTCONNECT_"

// Options say where to look.
type Options struct {
	// File is the configuration file; empty looks for one in the working
	// directory.
	File string
	// Flags are the flags by the keys that they set; those that were not given
	// do not count.
	Flags map[string]*pflag.Flag
}

// loader is one call of Load.
type loader struct {
	s    *Settings
	all  *viper.Viper // everything
	file *viper.Viper // the file alone
	opts Options
	errs []error
}

// Load finds the settings. The error has all that is wrong with them, and is a
// line for each.
func Load(opts Options) (*Settings, error) {
	l := &loader{s: &Settings{}, all: viper.New(), file: viper.New(), opts: opts}
	if err := l.read(); err != nil {
		return nil, err
	}
	rows := l.s.table()
	for i := range rows {
		l.bind(&rows[i])
	}
	l.providers()
	for i := range l.s.Providers {
		rows = append(rows, l.s.Providers[i].table()...)
	}
	l.unknown(rows)
	for i := range rows {
		l.take(&rows[i])
	}
	if len(l.errs) == 0 {
		l.errs = append(l.errs, l.s.check(), l.secrets())
	}
	return l.s, errors.Join(l.errs...)
}

// read reads the file, if there is one.
func (l *loader) read() error {
	path := l.opts.File
	if path == "" {
		var err error
		if path, err = find(); err != nil || path == "" {
			return err
		}
	}
	info, err := os.Stat(path)
	switch ext := strings.TrimPrefix(filepath.Ext(path), "."); {
	case err != nil:
		return fmt.Errorf("configuration: %w", err)
	case info.IsDir():
		return fmt.Errorf("configuration: %s is a directory", path)
	case info.Size() > maxFile:
		return fmt.Errorf("configuration: %s has more than 1 MiB", path)
	case !slices.Contains([]string{"yaml", "yml", "toml", "json"}, ext):
		return fmt.Errorf("configuration: the name of %s must end in .yaml, .toml or .json", path)
	}
	l.s.File = path
	for _, v := range []*viper.Viper{l.all, l.file} {
		v.SetConfigFile(path)
		if err := v.ReadInConfig(); err != nil {
			if inner := errors.Unwrap(err); inner != nil {
				err = inner
			}
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// find looks for a file in the working directory.
func find() (string, error) {
	var found []string
	for _, name := range []string{"agentconnect.yaml", "agentconnect.toml", "agentconnect.json"} {
		if _, err := os.Stat(name); err == nil {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("configuration: there are %s: remove all but one, or choose one by --config", strings.Join(found, " and "))
	}
}

func (l *loader) bind(r *row) {
	l.all.SetDefault(r.key, r.def)
	_ = l.all.BindEnv(r.key, envName(r.key)) // it fails without a key alone
	if flag := l.opts.Flags[r.key]; flag != nil {
		_ = l.all.BindPFlag(r.key, flag) // it fails without a flag alone
	}
}

// envName is the variable of the environment for a key.
func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

// origin says which source decides about a key.
func (l *loader) origin(key string) source {
	if flag := l.opts.Flags[key]; flag != nil && flag.Changed {
		return source{origin: "flag --" + flag.Name, text: true}
	}
	if os.Getenv(envName(key)) != "" {
		return source{origin: envName(key), text: true}
	}
	if l.file.InConfig(key) {
		return source{origin: l.s.File, dir: filepath.Dir(l.s.File)}
	}
	return source{origin: "default"}
}

// take puts a key's value where it belongs, and notes it for the list.
func (l *loader) take(r *row) {
	from := l.origin(r.key)
	value := l.all.Get(r.key)
	if from.origin == "default" {
		value = r.def
		if r.key == "journal.replicas" && l.s.Journal.URL != "" {
			value = clusterReplicas
		}
	}
	if err := r.assign(value, from); err != nil {
		where := from.origin
		if !from.text {
			where += ": " + r.key
		}
		l.errs = append(l.errs, fmt.Errorf("%s: %w", where, err))
		return
	}
	l.note(r, from)
}

// unknown finds the keys of the file, and the variables of the environment,
// that nothing reads. Of the latter somebody else may be the author, so that
// they are a warning.
func (l *loader) unknown(rows []row) {
	known := map[string]bool{"providers": true}
	var keys, names []string
	for _, r := range rows {
		keys = append(keys, r.key)
		names = append(names, envName(r.key))
		for at := r.key; at != "."; at = parent(at) {
			known[at] = true
		}
	}
	for _, key := range slices.Sorted(slices.Values(l.file.AllKeys())) {
		switch value := l.file.Get(key); {
		case slices.Contains(keys, key), known[key] && value == nil:
		case known[key]:
			l.errs = append(l.errs, fmt.Errorf("%s: %s: want a section with settings, not %s", l.s.File, key, shown(value)))
		case slices.Contains(keys, parent(key)):
			l.errs = append(l.errs, fmt.Errorf("%s: %s: want a value, not a section with %s", l.s.File, parent(key), key))
		default:
			l.errs = append(l.errs, fmt.Errorf("%s: there is no setting %s%s", l.s.File, key, meant(key, keys)))
		}
	}
	section := regexp.MustCompile(`^AGENTCONNECT_(SERVER|AUTH|LIMITS|SESSIONS|WS|JOURNAL|LOG|PROVIDERS)_`)
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); section.MatchString(name) && !slices.Contains(names, name) {
			l.s.Warnings = append(l.s.Warnings, fmt.Sprintf("the environment has %s, which is no setting%s", name, meant(name, names)))
		}
	}
}

func parent(key string) string {
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		return key[:i]
	}
	return "."
}

func meant(key string, keys []string) string {
	best, least := "", max(len(key)/4, 2)+1
	for _, k := range keys {
		if d := levenshtein.Distance(key, k, nil); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
