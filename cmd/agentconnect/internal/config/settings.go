package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Path is the path of a file or a directory.
type Path string

// Size is a number of bytes, written as 256KiB.
type Size int

// Settings are all that a server is run with. The zero value is not useful; see
// [Load].
type Settings struct {
	// File is the path of the configuration file, empty when there is none.
	File string
	// Warnings are about what has no effect.
	Warnings []string

	Server    Server
	DataDir   Path
	Auth      Auth
	Limits    Limits
	Sessions  Sessions
	WS        Sockets
	Journal   Journal
	Scenarios []Path
	Providers []Provider // by name
	Log       Log

	list []Setting
}

// Server is about how requests come in.
type Server struct {
	Listen          string
	CORSOrigins     []string
	TrustedProxies  []netip.Prefix
	TLSCert, TLSKey Path
	// Metrics says who may read /metrics: loopback or all.
	Metrics string
}

// Auth is about tokens.
type Auth struct {
	// Secret signs tokens; empty is a generated key. It is read from
	// SecretFile where there is one.
	Secret                    string
	SecretFile                Path
	JWKSURL, Issuer, Audience string
	TokenTTL                  time.Duration
}

// Limits are requests a minute by class, and what a user's sessions may take in
// a day.
type Limits struct {
	Enabled                                                           bool
	Login, Verify, SessionCreate, SessionQuery, Query, Agent, Message int
	// TokensPerDay and CostPerDay, in USD, are 0 for no limit.
	TokensPerDay int
	CostPerDay   float64
}

// Sessions bound the sessions of users.
type Sessions struct {
	MaxPerUser                       int
	Lifetime, IdleTimeout, Retention time.Duration
}

// Sockets bound the sockets.
type Sockets struct {
	PingInterval, PongTimeout time.Duration
	MaxFrame                  Size
	QueueFrames               int
	QueueBytes                Size
}

// Journal is about where sessions are kept.
type Journal struct {
	URL      string // of a cluster, several with commas; empty is embedded
	Replicas int
	Sync     string // of an embedded one: always or interval
	// Credentials is a file that a cluster made for its user.
	Credentials Path
	// TLSCA has the authorities that a cluster's certificate is checked with,
	// instead of the system's; TLSCert and TLSKey are what it is shown.
	TLSCA, TLSCert, TLSKey Path
}

// Log is about the log.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // text, json, or empty: text on a terminal
}

// Provider is a source of models for requests without a template.
type Provider struct {
	Name, Kind string
	// Model is the default model; Models are those that are offered.
	Model   string
	Models  []string
	APIKey  string // read from APIKeyFile where there is one
	BaseURL string

	APIKeyFile Path
}

// A Setting is one setting as it is in force.
type Setting struct {
	Key string `json:"key"`
	// Value is as it is written in a file; secrets are hidden.
	Value any `json:"value"`
	// Origin is default, a flag, a variable of the environment or a file.
	Origin string `json:"origin"`
}

// List gives all settings in the order of the documentation.
func (s *Settings) List() []Setting { return s.list }

// minSecret is the least length of a secret that signs tokens, in bytes.
const minSecret = 32

// check finds what is wrong between settings.
func (s *Settings) check() error {
	var errs []error
	if _, _, err := net.SplitHostPort(s.Server.Listen); err != nil {
		errs = append(errs, fmt.Errorf("server.listen: want HOST:PORT, not %q", s.Server.Listen))
	}
	if s.DataDir == "" {
		errs = append(errs, errors.New("data_dir: it must not be empty"))
	}
	if (s.Server.TLSCert == "") != (s.Server.TLSKey == "") {
		errs = append(errs, errors.New("server.tls_cert and server.tls_key go together: set both, or none"))
	}
	if s.Auth.JWKSURL != "" && (s.Auth.Issuer == "" || s.Auth.Audience == "") {
		errs = append(errs, errors.New("auth.jwks_url needs auth.issuer and auth.audience, which its tokens must have"))
	}
	return errors.Join(append(errs, s.checkJournal()...)...)
}

// maxReplicas is what a cluster allows.
const maxReplicas = 5

// checkJournal finds what is wrong between settings of the journal.
func (s *Settings) checkJournal() (errs []error) {
	j := &s.Journal
	if j.URL == "" {
		if j.Replicas > 1 {
			errs = append(errs, errors.New("journal.replicas: an embedded journal is one copy; say by journal.url which cluster is to keep more"))
		}
		if j.Credentials != "" || j.TLSCA != "" || j.TLSCert != "" || j.TLSKey != "" {
			errs = append(errs, errors.New("journal.credentials and journal.tls_* are for a cluster: set journal.url, too"))
		}
		return errs
	}
	for one := range strings.SplitSeq(j.URL, ",") {
		if u, err := url.Parse(one); err != nil || u.Host == "" || !slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme) {
			errs = append(errs, errors.New("journal.url: want nats://HOST:PORT, or several with commas"))
			break
		}
	}
	if j.Replicas > maxReplicas {
		errs = append(errs, fmt.Errorf("journal.replicas: a cluster keeps at most %d, not %d", maxReplicas, j.Replicas))
	}
	if (j.TLSCert == "") != (j.TLSKey == "") {
		errs = append(errs, errors.New("journal.tls_cert and journal.tls_key go together: set both, or none"))
	}
	if s.Auth.Secret == "" && s.Auth.SecretFile == "" {
		errs = append(errs, errors.New("journal.url lets several nodes serve the same clients, so all must sign tokens with one key: set auth.secret or auth.secret_file, the same on each node (openssl rand -hex 32 makes one)"))
	}
	return errs
}
