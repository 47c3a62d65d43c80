package jetstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// lanes is the number of connections that write: a server reads each in a
	// goroutine of its own. The tables of an embedded journal have theirs.
	lanesEmbedded, lanesTables, lanesExternal = 4, 2, 2
	// pingEvery finds a connection that is dead without saying so.
	pingEvery = 5 * time.Second
	// leastVersion is the oldest server that passed the crash tests.
	leastVersion = "2.15.2"
)

// connect starts an embedded server, or finds out whether an external one will
// do, and opens the connections.
func (j *Journal) connect(ctx context.Context) (err error) {
	if j.cfg.URL == "" {
		if j.embedded, err = startEmbedded(j.cfg); err != nil {
			return err
		}
		if j.tails, err = openTails(filepath.Join(j.cfg.Dir, j.cfg.store)); err != nil {
			return err
		}
	}
	if j.main, err = j.dial(false); err != nil {
		return err
	}
	if j.embedded == nil {
		j.events = j.main
		if err := j.checkServer(ctx); err != nil {
			return err
		}
		return j.dialWriters(lanesExternal, false)
	}
	if j.events, err = j.dial(true); err != nil {
		return err
	}
	return cmp.Or(j.dialWriters(lanesEmbedded, true), j.dialWriters(lanesTables, false))
}

func (j *Journal) dialWriters(n int, events bool) error {
	for range n {
		l, err := j.dial(events)
		if err != nil {
			return err
		}
		j.writers = append(j.writers, l)
	}
	return nil
}

// dial connects, with an embedded journal to the server of events or of tables.
func (j *Journal) dial(events bool) (lane, error) {
	list, url := j.options(), j.cfg.URL
	if j.embedded != nil {
		list = append(list, nats.InProcessServer(side{j.embedded, events}))
	}
	nc, err := nats.Connect(url, list...)
	if err != nil && j.embedded == nil {
		return lane{}, fmt.Errorf("journal: no connection to %s: %w", url, err)
	}
	if err != nil {
		return lane{}, fmt.Errorf("journal: %w", err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return lane{}, err
	}
	return lane{nc, js}, nil
}

func (j *Journal) options() []nats.Option {
	cfg := j.cfg
	list := []nats.Option{
		nats.Name("agentconnect"), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(50*time.Millisecond, 250*time.Millisecond), nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what could not be sent is sent again by us, or never
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // what a follower misses it reads again
				cfg.Logger.Warn("journal", "error", redact(err, cfg.URL))
			}
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil is our own closing
				j.health.fail("", fmt.Errorf("connection: %w", redact(err, cfg.URL)))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { j.health.look() }),
	}
	if cfg.Credentials != "" {
		list = append(list, nats.UserCredentials(cfg.Credentials))
	}
	if cfg.TLS.CA != "" {
		list = append(list, nats.RootCAs(cfg.TLS.CA))
	}
	if cfg.TLS.Cert != "" {
		list = append(list, nats.ClientCert(cfg.TLS.Cert, cfg.TLS.Key))
	}
	return list
}

// checkServer refuses an external server that cannot keep what is promised, and
// warns of what cannot be seen from here.
func (j *Journal) checkServer(ctx context.Context) error {
	if v := j.main.nc.ConnectedServerVersion(); older(v, leastVersion) {
		return fmt.Errorf("journal: the NATS server has version %s: %s or newer is needed", v, leastVersion)
	}
	if n := j.main.nc.MaxPayload(); n < maxRecord+64<<10 {
		return fmt.Errorf("journal: the NATS server takes messages up to %d bytes: set max_payload to %d or more", n, maxRecord+64<<10)
	}
	if _, err := j.main.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("journal: JetStream is not there for this account, enable it in the NATS server's configuration: %w", err)
	}
	log := j.cfg.Logger
	if j.cfg.Replicas < 3 {
		log.Warn("the journal has fewer than 3 replicas: what one server holds is lost with it", "replicas", max(1, j.cfg.Replicas))
	}
	if !j.main.nc.TLSRequired() && j.main.nc.ConnectedClusterName() != "" && j.cfg.TLS == (TLS{}) {
		log.Warn("the connection to the journal is not encrypted: use tls:// when it leaves this machine")
	}
	log.Info("the NATS server's sync_interval cannot be seen from here: set it to always, so that a power loss loses nothing")
	return nil
}

// streamTrouble says what to do when a stream cannot be made.
func streamTrouble(err error, cfg jetstream.StreamConfig) error {
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api) && (api.ErrorCode == 10005 || api.ErrorCode == 10074) && cfg.Replicas > 1:
		return fmt.Errorf("the cluster has too few servers for %d replicas: add servers or set journal.replicas lower: %w", cfg.Replicas, err)
	case errors.As(err, &api) && api.ErrorCode == 10047:
		return fmt.Errorf("there is no disk space left for the journal: %w", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the server does not answer, is a majority of the cluster up? %w", err)
	default:
		return err
	}
}

// older compares versions such as 2.15.2.
func older(v, than string) bool {
	a, b := numbersOf(v), numbersOf(than)
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i] // a newer one's pre-release will do
		}
	}
	return strings.Contains(v, "-") // before the release
}

func numbersOf(v string) (n [3]int) {
	v, _, _ = strings.Cut(strings.TrimPrefix(v, "v"), "-")
	for i, part := range strings.SplitN(v, ".", 3) {
		n[i], _ = strconv.Atoi(part) // what is no number is 0
	}
	return n
}

// redacted is an error without the secrets of the address.
type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.err }

// redact takes passwords and tokens of the addresses out of an error's text.
func redact(err error, addresses string) error {
	if err == nil || !strings.Contains(addresses, "@") {
		return err
	}
	text := err.Error()
	for address := range strings.SplitSeq(addresses, ",") {
		address = strings.TrimSpace(address)
		text = strings.ReplaceAll(text, address, hideUser(address))
		for _, s := range secretsOf(address) {
			text = strings.ReplaceAll(text, s, "xxxxx")
		}
	}
	return &redacted{text, err}
}

// secretsOf are the password, or the token, of an address in the forms in which
// it may be printed.
func secretsOf(address string) []string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return nil
	}
	user := address[:at]
	if _, rest, ok := strings.Cut(user, "://"); ok {
		user = rest
	}
	secret := user
	if _, password, ok := strings.Cut(user, ":"); ok {
		secret = password
	}
	list := []string{user, secret}
	if plain, err := url.PathUnescape(secret); err == nil {
		list = append(list, plain, url.QueryEscape(plain), url.PathEscape(plain))
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// hideUser takes what is before the @ out of an address, also out of one that
// cannot be parsed.
func hideUser(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	scheme, _, ok := strings.Cut(address[:at], "://")
	if !ok {
		return "xxxxx" + address[at:]
	}
	return scheme + "://xxxxx" + address[at:]
}
