package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// modelRow is a model of a provider.
type modelRow struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Default  bool   `json:"default,omitempty"`
	// Offered says that the vendor lists it; it is null where nobody was asked.
	Offered *bool `json:"offered"`
	// Price is in USD per million tokens, and null where it is not known.
	Price *modelPrice `json:"price"`
}

type modelPrice struct {
	Input       float64 `json:"input"`
	CachedInput float64 `json:"cached_input"`
	Output      float64 `json:"output"`
	// Read is when the price was read.
	Read string `json:"read,omitempty"`
}

// priceOf is what a provider's model costs, nil when that is not known.
func priceOf(p *specs.Provider, model string) *modelPrice {
	price, known := specs.PriceOf(p, model)
	if !known {
		return nil
	}
	out := &modelPrice{Input: price.Input, CachedInput: price.CachedInput, Output: price.Output}
	if p.Price == nil { // a scenario's own was not read anywhere
		out.Read = specs.PriceRead(p.Kind, model)
	}
	return out
}

func newModels(a *app) *cobra.Command {
	place := &placeOptions{}
	asJSON := false
	cmd := &cobra.Command{
		Use:   "models [PROVIDER...]",
		Short: "List the models of providers, and what they cost",
		Long: `List the models of providers, and what they cost in USD per million tokens. Those of
providers that can be used are asked for; the others are those of the built-in table.
Prices are that table's, as of the day at their end: a model without one costs what its
vendor says, and a scenario may say it by a price block.`,
		Example: `  agentconnect models
  agentconnect models openai anthropic
  agentconnect models ollama -json | jq -r '.[].model'`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return vendorKinds(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			rows, err := a.providerRows(place)
			if err != nil {
				return err
			}
			if rows, err = chosen(rows, args); err != nil {
				return err
			}
			return a.listModels(rows, len(args) > 0, asJSON)
		},
	}
	place.flags(cmd.Flags(), false)
	jsonFlag(cmd, &asJSON, "a JSON array of objects")
	return cmd
}

// chosen are the providers that are named, or all.
func chosen(rows []*providerRow, names []string) ([]*providerRow, error) {
	if len(names) == 0 {
		return rows, nil
	}
	var known []string
	for _, r := range rows {
		known = append(known, r.Name)
	}
	var list []*providerRow
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, usageError("there is no provider %q; there are %s", name, strings.Join(known, ", "))
		}
		list = append(list, rows[i])
	}
	return list, nil
}

// listModels prints what providers offer. When they were named, one that cannot
// be asked is an error, said after the rest.
func (a *app) listModels(rows []*providerRow, named, asJSON bool) error {
	list := []modelRow{}
	failed := false
	for _, r := range rows {
		offered, err := a.offered(r)
		if err != nil {
			failed = true
			a.warn(err.Error())
		} else if named && !r.Usable {
			a.warn(r.Name + " was not asked: " + r.Problem)
		}
		list = append(list, modelsOfRow(r, offered)...)
	}
	var err error
	if asJSON {
		err = a.document(list)
	} else {
		err = a.modelTable(list)
	}
	return firstError(outputError(err), failedStatus(failed && named))
}

// offered are the models that a vendor lists, nil when it is not asked.
func (a *app) offered(r *providerRow) ([]string, error) {
	if !r.Usable || !isVendor(r.Kind) {
		return nil, nil
	}
	m, err := a.vendors.model(r.spec, r.key)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(a.halt.ctx, checkTime)
	defer cancel()
	return m.Models(ctx)
}

// modelsOfRow joins what the vendor lists with the table.
func modelsOfRow(r *providerRow, offered []string) []modelRow {
	names := append(specs.KnownModels(r.Kind), offered...)
	if r.DefaultModel != "" {
		names = append(names, r.DefaultModel)
	}
	slices.Sort(names)
	var list []modelRow
	for _, name := range slices.Compact(names) {
		row := modelRow{Provider: r.Name, Model: name, Default: name == r.DefaultModel, Price: priceOf(r.spec, name)}
		if offered != nil {
			listed := slices.Contains(offered, name)
			row.Offered = &listed
		}
		list = append(list, row)
	}
	return list
}

func (a *app) modelTable(list []modelRow) error {
	t := newTable("PROVIDER", "MODEL", "OFFERED", "INPUT", "CACHED", "OUTPUT", "AS OF")
	dollars := func(f float64) string { return "$" + number(f) }
	for i := range list {
		m := &list[i]
		name, offered := m.Model, ""
		if m.Default {
			name += " (default)"
		}
		if m.Offered != nil {
			offered = map[bool]string{true: "yes", false: "no"}[*m.Offered]
		}
		if p := m.Price; p != nil {
			t.add(m.Provider, name, offered, dollars(p.Input), dollars(p.CachedInput), dollars(p.Output), cmp.Or(p.Read, "always"))
			continue
		}
		t.add(m.Provider, name, offered, "", "", "", "")
	}
	return t.write(a.con.out, a.con.theme(a.con.outTTY))
}

// warn says what did not work out.
func (a *app) warn(text string) {
	fmt.Fprintf(a.con.err, "%s %s\n", a.con.theme(a.con.errTTY).Warn("Warning:"), screen.Line(text))
}
