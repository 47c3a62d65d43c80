package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agentconnect-dev/agentconnect/engine/tools"
	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/anthropic"
	"github.com/agentconnect-dev/agentconnect/providers/google"
	"github.com/agentconnect-dev/agentconnect/providers/openai"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// maxVendors bounds the models that are kept for the next one who asks.
const maxVendors = 512

// probeTime is how long a service on this machine may take to say that it is
// there.
const probeTime = 300 * time.Millisecond

// vendors makes the models of vendors. All share the connections of the
// process, and all sessions share what limits a provider's block has: blocks
// that say the same get the same model, however often a scenario is loaded.
type vendors struct {
	// base makes the connections.
	base *http.Transport
	// record, when set, gets all calls; player answers them instead of a vendor.
	record io.Writer
	player *providers.Player

	mu       sync.Mutex
	made     map[[sha256.Size]byte]vendorModel
	order    [][sha256.Size]byte
	recorder *providers.Recorder
	tools    *tools.Pool
}

func newVendors() *vendors {
	return &vendors{base: providers.NewTransport(), made: map[[sha256.Size]byte]vendorModel{}}
}

// vendorModel is a model that can say which models there are.
type vendorModel interface {
	providers.Model
	Models(ctx context.Context) ([]string, error)
}

// isVendor says whether a kind of provider is a vendor's.
func isVendor(kind string) bool { return slices.Contains(vendorKinds(), kind) }

// vendorKinds are the kinds of providers that are called over the network, in
// order.
func vendorKinds() []string {
	kinds := append(openai.Kinds(), "anthropic", "google")
	slices.Sort(kinds)
	return kinds
}

// keysOf are the environment variables that may hold the key of a kind of
// provider, the first that is set counts; each also as NAME_FILE, the path of a
// file with the key. There are none where no key is needed.
func keysOf(kind string) []string {
	switch kind {
	case "anthropic":
		return anthropic.Keys()
	case "google":
		return google.Keys()
	default:
		return openai.Keys(kind)
	}
}

// providerURL is where a provider's calls go; empty for one that needs no
// network.
func providerURL(p *specs.Provider) string {
	switch p.Kind {
	case "anthropic":
		return cmp.Or(p.BaseURL, anthropic.BaseURL())
	case "google":
		return cmp.Or(p.BaseURL, google.BaseURL())
	default:
		return cmp.Or(p.BaseURL, openai.BaseURL(p.Kind))
	}
}

// model is the model of a provider's block.
func (v *vendors) model(p *specs.Provider, key string) (vendorModel, error) {
	id := fingerprint(p, key)
	v.mu.Lock()
	defer v.mu.Unlock()
	if m, ok := v.made[id]; ok {
		return m, nil
	}
	m, err := v.dial(p, key)
	if err != nil {
		return nil, fmt.Errorf("provider.%s: %w", p.Name, err)
	}
	if len(v.order) == maxVendors {
		delete(v.made, v.order[0])
		v.order = v.order[1:]
	}
	v.made[id], v.order = m, append(v.order, id)
	return m, nil
}

// fingerprint tells blocks apart by what they say, without keeping a key.
func fingerprint(p *specs.Provider, key string) [sha256.Size]byte {
	headers := map[string]string{}
	for name, value := range p.Headers {
		headers[name] = value.Reveal()
	}
	text, err := json.Marshal([]any{p.Name, p.Kind, key, p.BaseURL, headers, p.Timeout, p.FirstTokenTimeout, p.Limits})
	if err != nil {
		text = []byte(err.Error()) // texts and numbers can be marshaled
	}
	return sha256.Sum256(text)
}

// dial makes the model of a block.
func (v *vendors) dial(p *specs.Provider, key string) (vendorModel, error) {
	config := providers.WireConfig{
		Provider: p.Name, Vendor: p.Kind, Base: v.network(), Secrets: secretsOf(p, key), Key: keyFrom(p), Headers: map[string]string{},
		Timeout: p.Timeout, FirstTokenTimeout: p.FirstTokenTimeout,
	}
	for name, value := range p.Headers {
		config.Headers[name] = value.Reveal()
	}
	if v.player == nil { // what is replayed need not be waited for
		config.Limits = providers.Limits(p.Limits)
	}
	switch p.Kind {
	case "anthropic":
		config.Failure = anthropic.Failure
		return anthropic.New(anthropic.Config{APIKey: key, BaseURL: p.BaseURL, Wire: providers.NewWire(config)})
	case "google":
		config.Failure = google.Failure
		return google.New(google.Config{APIKey: key, BaseURL: p.BaseURL, Wire: providers.NewWire(config)})
	default:
		return openai.New(openai.Config{Kind: p.Kind, APIKey: key, BaseURL: p.BaseURL, Wire: providers.NewWire(config)})
	}
}

// keyFrom says where a block's key comes from, empty where it has none.
func keyFrom(p *specs.Provider) string {
	if !p.APIKey.IsZero() {
		return "api_key of provider." + p.Name
	}
	_, variable, err := key(p)
	if err != nil {
		return ""
	}
	return variable
}

// network is what calls go over.
func (v *vendors) network() http.RoundTripper {
	switch {
	case v.player != nil:
		return v.player
	case v.recorder != nil:
		return v.recorder
	default:
		return v.base
	}
}

// prepare sees to the recorder, which must know all keys before the first call.
func (v *vendors) prepare(list []*specs.Provider, keys map[string]string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.record == nil || v.recorder != nil {
		return
	}
	var secrets []string
	for _, p := range list {
		secrets = append(secrets, secretsOf(p, keys[p.Name])...)
	}
	v.recorder = providers.NewRecorder(v.record, v.base, secrets...)
}

// recorded is the first error of recording.
func (v *vendors) recorded() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.recorder == nil {
		return nil
	}
	return v.recorder.Err()
}

// secretsOf are the texts of a block that nothing may show: the key and the
// values of headers, also without the word before them.
func secretsOf(p *specs.Provider, key string) []string {
	list := []string{key}
	for _, value := range p.Headers {
		text := value.Reveal()
		list = append(list, text)
		if _, token, found := strings.Cut(text, " "); found {
			list = append(list, token)
		}
	}
	return list
}

// answers says whether a provider that needs no key is there.
func (v *vendors) answers(ctx context.Context, p *specs.Provider) bool {
	m, err := v.model(p, p.APIKey.Reveal())
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	_, err = m.Models(ctx)
	return err == nil
}

// close gives up the connections that nobody uses.
func (v *vendors) close() {
	v.closeTools()
	v.base.CloseIdleConnections()
}
