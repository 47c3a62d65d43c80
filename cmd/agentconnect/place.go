package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// placeOptions say where a server's configuration and data are.
type placeOptions struct {
	file  string
	given map[string]*pflag.Flag // by the settings that they set
}

// flags adds --config and --data-dir, and --listen if that matters.
func (o *placeOptions) flags(set *pflag.FlagSet, listen bool) {
	set.SortFlags = false
	set.StringVar(&o.file, "config", "", "read the settings of `FILE` instead of agentconnect.yaml, .toml or .json here")
	if listen {
		set.String("listen", "", "listen on `HOST:PORT` (server.listen); port 0 takes a free one")
	}
	set.String("data-dir", "", "the data directory: `DIR` (data_dir)")
	o.given = map[string]*pflag.Flag{"data_dir": set.Lookup("data-dir")}
	if listen {
		o.given["server.listen"] = set.Lookup("listen")
	}
}

// load finds the settings.
func (o *placeOptions) load() (*config.Settings, error) {
	set, err := config.Load(config.Options{File: o.file, Flags: o.given})
	if err != nil {
		return nil, usageError("%v", err)
	}
	return set, nil
}

func newConfig(a *app) *cobra.Command {
	o := &placeOptions{}
	asJSON := false
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings that a server would run with, and where each comes from",
		Long: `Show the settings that a server would run with, and where each comes from. Secrets are
hidden.

Settings come, the strongest first, from flags; from the environment, as server.listen does
from AGENTCONNECT_SERVER_LISTEN; from a file, which is agentconnect.yaml, .toml or .json in
the working directory, or the one of --config; and from defaults. Paths in the file are
relative to it. What is not a setting, or of the wrong type, is an error.`,
		Example: `  agentconnect config
  agentconnect config --config /etc/agentconnect.yaml
  agentconnect config -json | jq -r '.[] | select(.origin != "default") | .key'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := o.load()
			if err != nil {
				return err
			}
			a.warnings(set)
			return outputError(a.printSettings(set.List(), asJSON))
		},
	}
	o.flags(cmd.Flags(), true)
	jsonFlag(cmd, &asJSON, "a JSON array of objects with key, value and origin")
	return cmd
}

// warnings says what has no effect.
func (a *app) warnings(set *config.Settings) {
	for _, text := range set.Warnings {
		a.warn(text)
	}
}

func (a *app) printSettings(list []config.Setting, asJSON bool) error {
	if asJSON {
		return a.document(list)
	}
	theme := a.con.theme(a.con.outTTY)
	keys, values := 0, 0
	for _, s := range list {
		keys, values = max(keys, len(s.Key)), max(values, min(len(valueText(s.Value)), maxValue))
	}
	for _, s := range list {
		line := fmt.Sprintf("%-*s  %-*s  ", keys, s.Key, values, valueText(s.Value))
		if _, err := fmt.Fprintln(a.con.out, line+theme.Dim(screen.Line(s.Origin))); err != nil {
			return err
		}
	}
	return nil
}

// maxValue is the width beyond which a value pushes its origin aside.
const maxValue = 46

func valueText(v any) string {
	if list, ok := v.([]string); ok {
		v = strings.Join(list, ", ")
	}
	if v == "" {
		return "-"
	}
	return screen.Line(fmt.Sprint(v))
}
