package config

import "time"

// A row is one key: what it is called, its default, and where its value goes.
// The type of the pointer is the type of the value.
type row struct {
	key    string
	def    any
	to     any
	secret bool
	choice []string // of a text
	zero   bool     // a number may be 0, which is no limit
}

// table has every key but those of providers.
func (s *Settings) table() []row {
	l, n := &s.Limits, &s.Sessions
	return []row{
		{key: "server.listen", def: "127.0.0.1:8000", to: &s.Server.Listen},
		{key: "server.cors_origins", def: []string{"http://localhost:*", "http://127.0.0.1:*"}, to: &s.Server.CORSOrigins},
		{key: "server.trusted_proxies", def: []string{}, to: &s.Server.TrustedProxies},
		{key: "server.tls_cert", def: "", to: &s.Server.TLSCert},
		{key: "server.tls_key", def: "", to: &s.Server.TLSKey},
		{key: "server.metrics", def: "loopback", to: &s.Server.Metrics, choice: []string{"loopback", "all"}},
		{key: "data_dir", def: "./agentconnect-data", to: &s.DataDir},
		{key: "auth.secret", def: "", to: &s.Auth.Secret, secret: true},
		{key: "auth.secret_file", def: "", to: &s.Auth.SecretFile},
		{key: "auth.jwks_url", def: "", to: &s.Auth.JWKSURL},
		{key: "auth.issuer", def: "", to: &s.Auth.Issuer},
		{key: "auth.audience", def: "", to: &s.Auth.Audience},
		{key: "auth.token_ttl", def: 30 * time.Minute, to: &s.Auth.TokenTTL},
		{key: "limits.enabled", def: true, to: &l.Enabled},
		{key: "limits.login_per_minute", def: 10, to: &l.Login},
		{key: "limits.verify_per_minute", def: 10, to: &l.Verify},
		{key: "limits.session_create_per_minute", def: 5, to: &l.SessionCreate},
		{key: "limits.session_query_per_minute", def: 10, to: &l.SessionQuery},
		{key: "limits.query_per_minute", def: 60, to: &l.Query},
		{key: "limits.agent_per_minute", def: 20, to: &l.Agent},
		{key: "limits.message_per_minute", def: 60, to: &l.Message},
		{key: "limits.tokens_per_day", def: 0, to: &l.TokensPerDay, zero: true},
		{key: "limits.cost_per_day", def: 0.0, to: &l.CostPerDay},
		{key: "sessions.max_per_user", def: 100, to: &n.MaxPerUser},
		{key: "sessions.lifetime", def: time.Hour, to: &n.Lifetime},
		{key: "sessions.idle_timeout", def: 30 * time.Minute, to: &n.IdleTimeout},
		{key: "sessions.retention", def: 24 * time.Hour, to: &n.Retention},
		{key: "ws.ping_interval", def: 30 * time.Second, to: &s.WS.PingInterval},
		{key: "ws.pong_timeout", def: 30 * time.Second, to: &s.WS.PongTimeout},
		{key: "ws.max_frame", def: Size(256 << 10), to: &s.WS.MaxFrame},
		{key: "ws.queue_frames", def: 1000, to: &s.WS.QueueFrames},
		{key: "ws.queue_bytes", def: Size(1 << 20), to: &s.WS.QueueBytes},
		{key: "journal.url", def: "", to: &s.Journal.URL},
		{key: "journal.replicas", def: 1, to: &s.Journal.Replicas},
		{key: "journal.sync", def: "always", to: &s.Journal.Sync, choice: []string{"always", "interval"}},
		{key: "journal.credentials", def: "", to: &s.Journal.Credentials},
		{key: "journal.tls_ca", def: "", to: &s.Journal.TLSCA},
		{key: "journal.tls_cert", def: "", to: &s.Journal.TLSCert},
		{key: "journal.tls_key", def: "", to: &s.Journal.TLSKey},
		{key: "scenarios", def: []string{}, to: &s.Scenarios},
		{key: "log.level", def: "info", to: &s.Log.Level, choice: []string{"debug", "info", "warn", "error"}},
		{key: "log.format", def: "", to: &s.Log.Format, choice: []string{"text", "json"}},
	}
}

// table has the keys of a provider, below providers.NAME.
func (p *Provider) table() []row {
	prefix := "providers." + p.Name + "."
	return []row{
		{key: prefix + "kind", def: "", to: &p.Kind},
		{key: prefix + "model", def: "", to: &p.Model},
		{key: prefix + "models", def: []string{}, to: &p.Models},
		{key: prefix + "api_key", def: "", to: &p.APIKey, secret: true},
		{key: prefix + "api_key_file", def: "", to: &p.APIKeyFile},
		{key: prefix + "base_url", def: "", to: &p.BaseURL},
	}
}
