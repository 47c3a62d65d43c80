package scripted_test

import (
	"encoding/json"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Model: func(_ *testing.T, replies ...providertest.Reply) providers.Model {
			return scripted.New(configFor(replies))
		},
		Kinds: []providers.Kind{
			providers.RateLimited, providers.Overloaded, providers.Cut, providers.Refused,
			providers.Auth, providers.Quota, providers.TooLong, providers.BadRequest, providers.TimedOut,
		},
	})
}

func configFor(replies []providertest.Reply) scripted.Config {
	cfg := scripted.Config{Name: "script", Strict: true}
	for i, from := range replies {
		if from.Fail != "" {
			cfg.Fails = append(cfg.Fails, scripted.Fail{Call: i + 1, Kind: from.Fail, RetryAfter: from.RetryAfter})
			if from.Fail != providers.Cut {
				continue // a cut call uses the reply that is due
			}
		}
		r := scripted.Reply{Content: from.Text}
		if from.Silent {
			r.Delay = time.Hour
		}
		if from.Usage != (providers.Usage{}) {
			r.Usage = &from.Usage
		}
		for _, c := range from.ToolCalls {
			r.ToolCalls = append(r.ToolCalls, scripted.ToolCall{Name: c.Name, Arguments: json.RawMessage(c.Arguments)})
		}
		cfg.Replies = append(cfg.Replies, r)
	}
	return cfg
}
