package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/config"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// checkTime bounds the call that --check makes.
const checkTime = 30 * time.Second

// providerRow is what is known of a provider without a scenario.
type providerRow struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Usable says that it can be called: it has its key, or needs none and
	// answers.
	Usable bool `json:"usable"`
	// Key is where its key is: a variable of the environment or a setting;
	// LookedFor are the variables that may hold it, when there is none.
	Key          string   `json:"key,omitempty"`
	LookedFor    []string `json:"looked_for,omitempty"`
	Problem      string   `json:"problem,omitempty"`
	DefaultModel string   `json:"default_model,omitempty"`
	// Check is the result of a call.
	Check *checkResult `json:"check,omitempty"`

	spec *specs.Provider
	key  string
}

type checkResult struct {
	OK    bool   `json:"ok"`
	MS    int64  `json:"ms"`
	Error string `json:"error,omitempty"`
}

func newProviders(a *app) *cobra.Command {
	place := &placeOptions{}
	var asJSON, check bool
	cmd := &cobra.Command{
		Use:   "providers",
		Short: "List the providers of models: which can be used, with what key",
		Long: `List the providers of models: which can be used, in which variable of the environment
their key is, and which model answers where none is named. Keys themselves are not shown.

There is a provider for each vendor, and one for each of the configuration's. Ollama
needs no key; it can be used when it answers on this machine.

--check makes one real call with each that can be used, which costs a few tokens.

Status: 0, or with --check 1 when a call failed.`,
		Example: `  agentconnect providers
  agentconnect providers --check
  agentconnect providers -json | jq -r '.[] | select(.usable) | .name'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rows, err := a.providerRows(place)
			if err != nil {
				return err
			}
			if check {
				a.checkAll(rows)
			}
			if asJSON {
				err = a.document(rows)
			} else {
				err = a.providerTable(rows, check)
			}
			failed := slices.ContainsFunc(rows, func(r *providerRow) bool { return r.Check != nil && !r.Check.OK })
			return firstError(outputError(err), failedStatus(failed))
		},
	}
	place.flags(cmd.Flags(), false)
	cmd.Flags().BoolVar(&check, "check", false, "make one call with each provider that can be used")
	jsonFlag(cmd, &asJSON, "a JSON array of objects")
	return cmd
}

func failedStatus(failed bool) error {
	if failed {
		return silent(statusFailed)
	}
	return nil
}

// providerRows are the vendors and the configuration's providers, by name.
func (a *app) providerRows(place *placeOptions) ([]*providerRow, error) {
	set, err := place.load()
	if err != nil {
		return nil, err
	}
	specsOf, err := configured(set)
	if err != nil {
		return nil, err
	}
	var rows []*providerRow
	for _, p := range specsOf {
		rows = append(rows, a.providerRow(p, "providers."+p.Name+".api_key"))
	}
	for _, kind := range vendorKinds() {
		if kind != kindCompatible && !slices.ContainsFunc(rows, func(r *providerRow) bool { return r.Name == kind }) {
			rows = append(rows, a.providerRow(&specs.Provider{Block: specs.Block{Name: kind}, Kind: kind}, ""))
		}
	}
	slices.SortFunc(rows, func(x, y *providerRow) int { return cmp.Compare(x.Name, y.Name) })
	return rows, nil
}

// configured are the providers of the configuration.
func configured(set *config.Settings) ([]*specs.Provider, error) {
	var list []*specs.Provider
	for _, p := range set.Providers {
		if !isVendor(p.Kind) && p.Kind != kindScripted {
			return nil, usageError("providers.%s: there is no kind of provider %q; say by providers.%s.kind what it is", p.Name, p.Kind, p.Name)
		}
		list = append(list, &specs.Provider{
			Block: specs.Block{Name: p.Name}, Kind: p.Kind, Model: p.Model, APIKey: specs.NewSecret(p.APIKey), BaseURL: p.BaseURL,
		})
	}
	return list, nil
}

// providerRow says what is known of a provider; setting is where its own key
// would be.
func (a *app) providerRow(p *specs.Provider, setting string) *providerRow {
	row := &providerRow{Name: p.Name, Kind: p.Kind, DefaultModel: settings(p).Model, spec: p}
	text, variable, err := key(p)
	row.key = text
	switch {
	case err == nil && text != "":
		row.Usable, row.Key = true, cmp.Or(variable, setting)
	case err == nil && p.Kind == "ollama":
		if row.Usable = a.vendors.answers(a.halt.ctx, p); !row.Usable {
			row.Problem = "it does not answer"
		}
	case err == nil:
		row.Usable = true
	default:
		row.LookedFor = variables(p.Kind)
		row.Problem = "set " + orList(keysOf(p.Kind))
		if _, missing := errors.AsType[*noKeyError](err); !missing {
			row.Problem = err.Error()
		}
	}
	return row
}

// variables may hold the key of a kind of provider.
func variables(kind string) []string {
	var list []string
	for _, name := range keysOf(kind) {
		list = append(list, name, name+"_FILE")
	}
	return list
}

// checkAll makes the calls, all at the same time.
func (a *app) checkAll(rows []*providerRow) {
	var wg sync.WaitGroup
	for _, row := range rows {
		if row.Usable && isVendor(row.Kind) {
			wg.Go(func() { row.Check = a.check(row) })
		}
	}
	wg.Wait()
}

// check makes one call.
func (a *app) check(row *providerRow) *checkResult {
	ctx, cancel := context.WithTimeout(a.halt.ctx, checkTime)
	defer cancel()
	start := time.Now()
	m, err := a.vendors.model(row.spec, row.key)
	if err == nil {
		err = call(ctx, m, row.DefaultModel)
	}
	result := &checkResult{OK: err == nil, MS: time.Since(start).Milliseconds()}
	if err != nil {
		result.Error = err.Error()
	}
	return result
}

// call asks a model for a word. The cap leaves room for models that think first.
func call(ctx context.Context, m providers.Model, name string) error {
	req := &providers.Request{
		Model: name, MaxTokens: 1024, System: "You are a test of the connection.",
		Messages: []providers.Message{{Role: providers.User, Content: "Answer with the word: yes"}},
	}
	for _, err := range m.Stream(ctx, req) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) providerTable(rows []*providerRow, check bool) error {
	titles := []string{"NAME", "KIND", "USABLE", "KEY", "MODEL"}
	if check {
		titles = append(titles, "CHECK")
	}
	t := newTable(titles...)
	for _, r := range rows {
		usable, where := "no", r.Problem
		if r.Usable {
			usable, where = "yes", r.Key
		}
		cells := []string{r.Name, r.Kind, usable, where, r.DefaultModel}
		if check {
			cells = append(cells, r.Check.String())
		}
		t.add(cells...)
	}
	return t.write(a.con.out, a.con.theme(a.con.outTTY))
}

// String says how a call went.
func (c *checkResult) String() string {
	switch {
	case c == nil:
		return ""
	case c.OK:
		return fmt.Sprintf("ok, %d ms", c.MS)
	default:
		return strings.ToValidUTF8(c.Error, "\uFFFD")
	}
}
