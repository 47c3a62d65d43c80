package dialect

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/agentconnect-dev/agentconnect/providers"
)

// maxList bounds the list of a vendor's models, in bytes.
const maxList = 4 << 20

// Service is a vendor's service, as a provider block reaches it.
type Service struct {
	// Base is the address that paths follow.
	Base string
	// Header is what every request bears: the key above all. Fields without a
	// value are left out.
	Header map[string]string
	Wire   *providers.Wire
}

// Call is what a service is asked, and who reads what it says.
type Call struct {
	Path  string
	Body  []byte
	Reply *Reply
	// Event takes an event of the reply, Finish what is left to pass on after its
	// proper end.
	Event  func(providers.ServerEvent) error
	Finish func() error
}

// Stream answers a request by one call, which is prepared when the limits let it
// pass.
func (s *Service) Stream(ctx context.Context, req *providers.Request, prepare func() (*Call, error)) iter.Seq2[providers.Chunk, error] {
	return s.Wire.Stream(ctx, req, func(ctx context.Context) iter.Seq2[providers.Chunk, error] {
		return func(yield func(providers.Chunk, error) bool) {
			c, err := prepare()
			if err != nil {
				yield(providers.Chunk{}, err)
				return
			}
			c.Reply.yield = yield
			if err := s.call(ctx, c); err != nil && !c.Reply.left { // an event may hold a failure after what made the consumer leave
				yield(providers.Chunk{}, err)
			}
		}
	})
}

// call makes a call. The error is what the sequence has still to end with.
func (s *Service) call(ctx context.Context, c *Call) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := s.send(ctx, http.MethodPost, c.Path, c.Body)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	if err := c.Reply.read(events(resp), c.Event); err != nil || c.Reply.left {
		return err
	}
	defer drain(resp.Body, cancel)
	return c.Finish()
}

// drain reads the last bytes after the end of a reply, so that the connection
// can be used again; not for long.
func drain(body io.Reader, cancel func()) {
	late := time.AfterFunc(100*time.Millisecond, cancel)
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, body, 4<<10)
}

// List asks for the list of the service's models.
func (s *Service) List(ctx context.Context, path string, to any) error {
	resp, err := s.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return s.Wire.Error(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read-only
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxList)).Decode(to); err != nil {
		return s.Wire.Error(ctx, &providers.Error{Kind: providers.Other, Message: "the list of models is not JSON", Err: err})
	}
	return nil
}

// IDs are the ids of a list of models, in order.
func (s *Service) IDs(ctx context.Context, path string) ([]string, error) {
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := s.List(ctx, path, &list); err != nil {
		return nil, err
	}
	var ids []string
	for _, model := range list.Data {
		ids = append(ids, model.ID)
	}
	slices.Sort(ids)
	return ids, nil
}

func (s *Service) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &providers.Error{Kind: providers.BadRequest, Message: "base_url cannot be called", Err: err}
	}
	req.Header.Set("Accept", "text/event-stream, application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range s.Header {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	return s.Wire.Client().Do(req)
}
