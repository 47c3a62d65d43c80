package specs

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

//go:embed vendors.json
var vendorsJSON []byte

// vendorKind is what is known of a kind of provider.
type vendorKind struct {
	DefaultModel string `json:"default_model"`
	// Free says that answers cost nothing, whatever the model.
	Free   bool `json:"free"`
	Models map[string]struct {
		Read  string     `json:"read"`
		Price [3]float64 `json:"price"` // input, cached input, output
	} `json:"models"`
}

// vendors reads the table once; its test sees that it can be read.
//
//nolint:gochecknoglobals // a lazily read constant
var vendors = sync.OnceValue(func() map[string]vendorKind {
	var table struct {
		Kinds map[string]vendorKind `json:"kinds"`
	}
	if err := json.Unmarshal(vendorsJSON, &table); err != nil {
		return nil
	}
	return table.Kinds
})

// DefaultModel is the model of a kind of provider where a scenario names none;
// empty for openai_compatible, which must name one.
func DefaultModel(kind string) string { return vendors()[kind].DefaultModel }

// PriceOf is what the tokens of a provider's model cost: by the provider's price
// block, else by the built-in table, which says for each price when and where
// it was read. It is false when the price is not known, which is never zero.
// An empty model is the provider's default.
func PriceOf(p *Provider, model string) (Price, bool) {
	if p.Price != nil {
		return *p.Price, true
	}
	if model == "" {
		model = p.Model
	}
	kind := vendors()[p.Kind]
	if model == "" {
		model = kind.DefaultModel
	}
	if kind.Free {
		return Price{}, true
	}
	m, ok := kind.Models[model]
	return Price{Input: m.Price[0], CachedInput: m.Price[1], Output: m.Price[2]}, ok
}

// KnownModels are the models of a kind of provider whose prices are known, in
// order; nil for a kind that there is not.
func KnownModels(kind string) []string { return slices.Sorted(maps.Keys(vendors()[kind].Models)) }

// PriceRead says when the built-in price of a kind's model was read, as the
// table writes it: 2026-09. It is empty where no price is known.
func PriceRead(kind, model string) string { return vendors()[kind].Models[model].Read }

// priceDate is from when the built-in price of a provider's model is, and which
// model that is; empty where the price is another one or is not known.
func priceDate(p *Provider, model string) (date, named string) {
	if p.Price != nil {
		return "", ""
	}
	kind := vendors()[p.Kind]
	if model == "" {
		model = kind.DefaultModel
	}
	if read := PriceRead(p.Kind, model); read != "" && !kind.Free {
		return read, p.Kind + " " + model
	}
	return "", ""
}
