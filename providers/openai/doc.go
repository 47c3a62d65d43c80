// Package openai speaks OpenAI's chat completions dialect, streaming: with
// OpenAI itself and with the services that took over its dialect. What differs
// between them is a row of the table in dialect.go.
//
//	wire := providers.NewWire(providers.WireConfig{Provider: "fast", Vendor: "groq", Base: shared, Secrets: []string{key}})
//	model, err := openai.New(openai.Config{Kind: "groq", APIKey: key, Wire: wire})
//
// A model keeps no state between calls and is safe for concurrent use.
package openai
