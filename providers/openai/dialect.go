package openai

import (
	"maps"
	"slices"
	"strings"
)

// dialect is how a service differs from the others.
type dialect struct {
	// baseURL is where it is; empty when each has its own.
	baseURL string
	// keys are the environment variables that may hold its key; none when it
	// needs no key.
	keys []string
	// output is how it is made to answer as a JSON schema says, beside is how
	// when there are tools as well.
	output, beside output
	// newCap says that the cap of a reply is max_completion_tokens, which counts
	// reasoning too, instead of max_tokens.
	newCap bool
	// seed is the field of the seed, empty when there is none.
	seed string
	// silent says that usage comes unasked and that asking for it is an error.
	silent bool
	// anyTool is the tool_choice that makes a model call some tool.
	anyTool string
	// shortIDs says that ids of tool calls are nine letters and digits.
	shortIDs bool
	// fixed says which models do not let their temperature and top_p be set.
	fixed func(model string) bool
}

// output is a way to get a structured answer.
type output int

const (
	// outputSchema: the service keeps to the schema while it writes.
	outputSchema output = iota
	// outputHinted: some of its models do; the prompt tells the schema too, and
	// what stands around the JSON is taken off.
	outputHinted
	// outputObject: it writes some JSON object; the prompt tells the schema.
	outputObject
	// outputPrompted: only the prompt tells the schema.
	outputPrompted
	// outputTool: the answer is the arguments of a tool that must be called.
	outputTool
)

// The fields of the seed.
const (
	seedPlain   = "seed"
	seedMistral = "random_seed"
)

// dialects is the table, by kind.
func dialects() map[string]dialect {
	return map[string]dialect{
		"openai": {
			baseURL: "https://api.openai.com/v1", keys: []string{"OPENAI_API_KEY"},
			output: outputSchema, beside: outputSchema, newCap: true, seed: seedPlain, fixed: fixedSampling,
		},
		// Schemas do not go together with streams and tools at Groq.
		"groq": {
			baseURL: "https://api.groq.com/openai/v1", keys: []string{"GROQ_API_KEY"},
			output: outputTool, beside: outputTool, newCap: true, seed: seedPlain,
		},
		// Fields that Mistral does not know are errors.
		"mistral": {
			baseURL: "https://api.mistral.ai/v1", keys: []string{"MISTRAL_API_KEY"},
			output: outputSchema, beside: outputTool, seed: seedMistral, silent: true, anyTool: "any", shortIDs: true,
		},
		"xai": {
			baseURL: "https://api.x.ai/v1", keys: []string{"XAI_API_KEY"},
			output: outputSchema, beside: outputSchema, newCap: true, seed: seedPlain,
		},
		"deepseek": {
			baseURL: "https://api.deepseek.com/v1", keys: []string{"DEEPSEEK_API_KEY"},
			output: outputObject, beside: outputPrompted,
		},
		"openrouter": {
			baseURL: "https://openrouter.ai/api/v1", keys: []string{"OPENROUTER_API_KEY"},
			output: outputHinted, beside: outputPrompted, seed: seedPlain,
		},
		// A format keeps Ollama, and others that run models themselves, from
		// calling tools.
		"ollama":            {baseURL: "http://localhost:11434/v1", output: outputHinted, beside: outputPrompted, seed: seedPlain},
		"openai_compatible": {output: outputHinted, beside: outputPrompted, seed: seedPlain},
	}
}

// Kinds are the kinds of provider that speak this dialect, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(dialects())) }

// Keys are the environment variables that may hold the key of a kind; there are
// none where no key is needed, or where it depends on the service.
func Keys(kind string) []string { return slices.Clone(dialects()[kind].keys) }

// BaseURL is where a kind's service is; empty when each has its own address.
func BaseURL(kind string) string { return dialects()[kind].baseURL }

// fixedSampling holds for OpenAI's reasoning models before GPT-5.1.
func fixedSampling(model string) bool {
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro", "gpt-5-codex", "gpt-5-20"} {
		if strings.HasPrefix(model, prefix) {
			return true
		}
	}
	return model == "gpt-5"
}
