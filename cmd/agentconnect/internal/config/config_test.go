package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// inDir works in an empty directory with files, and without the variables of
// the environment that matter.
func inDir(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, envPrefix) {
			t.Setenv(name, "")
		}
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// flags are --listen and --data-dir as given on a command line.
func flags(t *testing.T, args ...string) map[string]*pflag.Flag {
	t.Helper()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	set.String("listen", "", "")
	set.String("data-dir", "", "")
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return map[string]*pflag.Flag{"server.listen": set.Lookup("listen"), "data_dir": set.Lookup("data-dir")}
}

func setting(t *testing.T, s *Settings, key string) Setting {
	t.Helper()
	for _, one := range s.List() {
		if one.Key == key {
			return one
		}
	}
	t.Fatalf("%s is not in the list", key)
	return Setting{}
}

// Flags are stronger than the environment, that than the file, that than
// defaults.
func TestPrecedence(t *testing.T) {
	const flag, env, file = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
	for _, tt := range []struct {
		name            string
		flag, env, file bool
		want, origin    string
	}{
		{"all", true, true, true, flag, "flag --listen"},
		{"flag and environment", true, true, false, flag, "flag --listen"},
		{"flag and file", true, false, true, flag, "flag --listen"},
		{"flag", true, false, false, flag, "flag --listen"},
		{"environment and file", false, true, true, env, "AGENTCONNECT_SERVER_LISTEN"},
		{"environment", false, true, false, env, "AGENTCONNECT_SERVER_LISTEN"},
		{"file", false, false, true, file, "agentconnect.yaml"},
		{"nothing", false, false, false, "127.0.0.1:8000", "default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{}
			if tt.file {
				files["agentconnect.yaml"] = "server:\n  listen: " + file + "\n"
			}
			inDir(t, files)
			if tt.env {
				t.Setenv("AGENTCONNECT_SERVER_LISTEN", env)
			}
			var args []string
			if tt.flag {
				args = []string{"--listen", flag}
			}
			s, err := Load(Options{Flags: flags(t, args...)})
			if err != nil {
				t.Fatal(err)
			}
			want := Setting{Key: "server.listen", Value: tt.want, Origin: tt.origin}
			if got := setting(t, s, "server.listen"); s.Server.Listen != tt.want || got != want {
				t.Errorf("got %q, %+v; want %+v", s.Server.Listen, got, want)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	inDir(t, nil)
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Settings{
		Server:  Server{Listen: "127.0.0.1:8000", CORSOrigins: []string{"http://localhost:*", "http://127.0.0.1:*"}, Metrics: "loopback"},
		DataDir: "./agentconnect-data", Auth: Auth{TokenTTL: 30 * time.Minute},
		Limits:   Limits{Enabled: true, Login: 10, Verify: 10, SessionCreate: 5, SessionQuery: 10, Query: 60, Agent: 20, Message: 60},
		Sessions: Sessions{MaxPerUser: 100, Lifetime: time.Hour, IdleTimeout: 30 * time.Minute, Retention: 24 * time.Hour},
		WS:       Sockets{PingInterval: 30 * time.Second, PongTimeout: 30 * time.Second, MaxFrame: 256 << 10, QueueFrames: 1000, QueueBytes: 1 << 20},
		Journal:  Journal{Replicas: 1, Sync: "always"}, Log: Log{Level: "info"},
	}
	list := s.list
	s.list = nil
	if d := cmp.Diff(want, s, cmp.AllowUnexported(Settings{})); d != "" {
		t.Errorf("defaults (-want +got):\n%s", d)
	}
	for _, one := range list {
		if one.Origin != "default" {
			t.Errorf("%s comes from %s, want default", one.Key, one.Origin)
		}
	}
}

// Each format says the same.
func TestFormats(t *testing.T) {
	texts := map[string]string{
		"agentconnect.yaml": `
data_dir: data
server: {trusted_proxies: [10.0.0.0/8, 192.0.2.1]}
limits: {enabled: false, login_per_minute: 3}
sessions: {lifetime: 90m}
ws: {max_frame: 64KiB, queue_bytes: 2000000}
journal: {url: "nats://one:4222"}
auth: {secret: 0123456789abcdef0123456789abcdef}
scenarios: [a.hcl, /b]
providers: {fast: {kind: ollama, models: [small, large]}}
`,
		"agentconnect.toml": `
data_dir = "data"
scenarios = ["a.hcl", "/b"]
[server]
trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]
[limits]
enabled = false
login_per_minute = 3
[sessions]
lifetime = "90m"
[ws]
max_frame = "64KiB"
queue_bytes = 2000000
[journal]
url = "nats://one:4222"
[auth]
secret = "0123456789abcdef0123456789abcdef"
[providers.fast]
kind = "ollama"
models = ["small", "large"]
`,
		"agentconnect.json": `{
"data_dir": "data", "scenarios": ["a.hcl", "/b"], "server": {"trusted_proxies": ["10.0.0.0/8", "192.0.2.1"]},
"limits": {"enabled": false, "login_per_minute": 3}, "sessions": {"lifetime": "90m"},
"ws": {"max_frame": "64KiB", "queue_bytes": 2000000}, "journal": {"url": "nats://one:4222"}, "auth": {"secret": "0123456789abcdef0123456789abcdef"},
"providers": {"fast": {"kind": "ollama", "models": ["small", "large"]}}
}`,
	}
	var first *Settings
	for name, text := range texts {
		for _, where := range []string{name, "conf/" + name} {
			inDir(t, map[string]string{where: text})
			o := Options{}
			if where != name {
				o.File = where
			}
			s, err := Load(o)
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			if want := Path(filepath.Join(filepath.Dir(where), "data")); s.DataDir != want {
				t.Errorf("%s: data_dir: got %s, want %s", where, s.DataDir, want)
			}
			if want := []Path{Path(filepath.Join(filepath.Dir(where), "a.hcl")), "/b"}; !cmp.Equal(want, s.Scenarios) {
				t.Errorf("%s: scenarios: got %v, want %v", where, s.Scenarios, want)
			}
			if s.File != where || s.Journal.Replicas != 3 || s.WS.MaxFrame != 64<<10 || s.WS.QueueBytes != 2000000 || s.Sessions.Lifetime != 90*time.Minute {
				t.Errorf("%s: got %+v", where, s)
			}
			s.File, s.DataDir, s.Scenarios, s.list = "", "", nil, nil
			if first == nil {
				first = s
			}
			if d := cmp.Diff(first, s, cmp.AllowUnexported(Settings{}), cmp.Comparer(func(a, b interface{ String() string }) bool { return a.String() == b.String() })); d != "" {
				t.Errorf("%s differs:\n%s", where, d)
			}
		}
	}
}

// Everything that is wrong is told at once, with the key and where it is.
func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		env  map[string]string
		want []string
	}{
		{"unknown key", "server: {listn: x}", nil, []string{"agentconnect.yaml: there is no setting server.listn; did you mean server.listen?"}},
		{"unknown section", "serve: {listen: x}", nil, []string{"there is no setting serve.listen"}},
		{"unknown at the top", "colour: red", nil, []string{"there is no setting colour"}},
		{"unknown of a provider", "providers: {fast: {kind: ollama, temprature: 1}}", nil, []string{"there is no setting providers.fast.temprature"}},
		{"section is a value", "limits: 5", nil, []string{"limits: want a section with settings, not 5"}},
		{"value is a section", "data_dir: {path: x}", nil, []string{"data_dir: want a value, not a section with data_dir.path"}},
		{"text", "server: {listen: 8000}", nil, []string{"server.listen: want text, not 8000; put it in quotes"}},
		{"number", "limits: {login_per_minute: many}", nil, []string{`limits.login_per_minute: want a whole number of 1 or more, not "many"`}},
		{"zero", "sessions: {max_per_user: 0}", nil, []string{"sessions.max_per_user: want a whole number of 1 or more, not 0"}},
		{"fraction", "sessions: {max_per_user: 1.5}", nil, []string{"not 1.5"}},
		{"number as text", "sessions: {max_per_user: '5'}", nil, []string{`not "5"`}},
		{"tokens", "limits: {tokens_per_day: -1}", nil, []string{`limits.tokens_per_day: want a whole number of 0 or more, not -1`}},
		{"money", "limits: {cost_per_day: much}", nil, []string{`limits.cost_per_day: want a number of 0 or more, not "much"`}},
		{"truth", "limits: {enabled: 'yes'}", nil, []string{`limits.enabled: want true or false, not "yes"`}},
		{"time", "sessions: {lifetime: 3600}", nil, []string{"sessions.lifetime: want a time above zero such as 30s, 5m or 1h30m, not 3600"}},
		{"no time", "sessions: {lifetime: 0s}", nil, []string{`not "0s"`}},
		{"size", "ws: {max_frame: 256Kibi}", nil, []string{`ws.max_frame: want a size such as 256KiB, not "256Kibi"`}},
		{"list", "scenarios: a.hcl", nil, []string{`scenarios: want a list of texts, not "a.hcl"`}},
		{"list of numbers", "server: {cors_origins: [1]}", nil, []string{"server.cors_origins: want a list of texts; 1 is none"}},
		{"network", "server: {trusted_proxies: [nowhere]}", nil, []string{`server.trusted_proxies: want networks such as 10.0.0.0/8; "nowhere" is none`}},
		{"choice", "log: {level: loud}", nil, []string{`log.level: want debug or info or warn or error, not "loud"`}},
		{"secret", "auth: {secret: 12345678}", nil, []string{"auth.secret: want text, in quotes"}},
		{"short secret", "auth: {secret: tooshort}", nil, []string{"auth.secret has 8 bytes; it needs at least 32"}},
		{"two secrets", "auth: {secret: 0123456789abcdef0123456789abcdef, secret_file: x}", nil, []string{"auth.secret and auth.secret_file exclude each other"}},
		{"no such secret", "auth: {secret_file: missing}", nil, []string{"auth.secret_file: stat missing"}},
		{"no port", "server: {listen: localhost}", nil, []string{`server.listen: want HOST:PORT, not "localhost"`}},
		{"nowhere", "server: {listen: ''}", nil, []string{`server.listen: want HOST:PORT, not ""`}},
		{"no directory", "data_dir: ''", nil, []string{"data_dir: it must not be empty"}},
		{"half of TLS", "server: {tls_cert: x}", nil, []string{"server.tls_cert and server.tls_key go together"}},
		{"provider without audience", "auth: {jwks_url: 'https://id.example.org/keys'}", nil, []string{"auth.jwks_url needs auth.issuer and auth.audience"}},
		{"cluster without a secret", "journal: {url: 'nats://one:4222'}", nil, []string{"set auth.secret or auth.secret_file, the same on each node"}},
		{"copies of one", "journal: {replicas: 3}", nil, []string{"journal.replicas: an embedded journal is one copy"}},
		{"too many copies", "journal: {url: 'nats://one:4222', replicas: 7}", nil, []string{"journal.replicas: a cluster keeps at most 5, not 7"}},
		{"credentials for nothing", "journal: {credentials: x}", nil, []string{"journal.credentials and journal.tls_* are for a cluster: set journal.url"}},
		{"half of a cluster's TLS", "journal: {url: 'nats://one:4222', tls_cert: x}", nil, []string{"journal.tls_cert and journal.tls_key go together"}},
		{"no address", "journal: {url: 'nats://one:4222,two'}", nil, []string{"journal.url: want nats://HOST:PORT, or several with commas"}},
		{"sync", "journal: {sync: never}", nil, []string{`journal.sync: want always or interval, not "never"`}},
		{"environment", "", map[string]string{"AGENTCONNECT_LIMITS_ENABLED": "perhaps"}, []string{`AGENTCONNECT_LIMITS_ENABLED: want true or false, not "perhaps"`}},
		{"several", "a: 1\nlimits: {enabled: 3}", map[string]string{"AGENTCONNECT_LOG_LEVEL": "x"}, []string{"setting a", "limits.enabled", "AGENTCONNECT_LOG_LEVEL"}},
		{"no YAML", "a: [", nil, []string{"agentconnect.yaml: ", "line 1"}},
		{"twice", "data_dir: a\ndata_dir: b", nil, []string{"agentconnect.yaml: ", "already defined"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"agentconnect.yaml": tt.file})
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			_, err := Load(Options{})
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
		})
	}
}

func TestFiles(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"missing", "none.yaml", "none.yaml: no such file"},
		{"other format", "x.ini", "the name of x.ini must end in .yaml, .toml or .json"},
		{"directory", "dir.yaml", "dir.yaml is a directory"},
		{"too large", "large.yaml", "more than 1 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"x.ini": "", "dir.yaml/x": "", "large.yaml": strings.Repeat("#\n", 1<<20)})
			if _, err := Load(Options{File: tt.file}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
	inDir(t, map[string]string{"agentconnect.yaml": "", "agentconnect.json": "{}"})
	if _, err := Load(Options{}); err == nil || !strings.Contains(err.Error(), "agentconnect.yaml and agentconnect.json") {
		t.Errorf("two files: got %v", err)
	}
	if s, err := Load(Options{File: "agentconnect.json"}); err != nil || s.File != "agentconnect.json" {
		t.Errorf("one of two files: got %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	inDir(t, map[string]string{"agentconnect.yaml": "providers: {my-own: {kind: ollama}}", "key": "k1\n"})
	for name, value := range map[string]string{
		"AGENTCONNECT_SCENARIOS": "a.hcl, b", "AGENTCONNECT_SERVER_TRUSTED_PROXIES": "10.1.2.3/8", "AGENTCONNECT_WS_MAX_FRAME": "1MiB",
		"AGENTCONNECT_LIMITS_ENABLED": "false", "AGENTCONNECT_SESSIONS_MAX_PER_USER": "7", "AGENTCONNECT_PROVIDERS_FAST_KIND": "openai",
		"AGENTCONNECT_PROVIDERS_FAST_API_KEY_FILE": "key", "AGENTCONNECT_PROVIDERS_MY_OWN_MODEL": "tiny",
		"AGENTCONNECT_SERVER_LISTN": "x", "AGENTCONNECT_VAR_topic": "x", "AGENTCONNECT_SERVER_LISTEN": "",
	} {
		t.Setenv(name, value)
	}
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Provider{
		{Name: "fast", Kind: "openai", Models: []string{}, APIKey: "k1", APIKeyFile: "key"},
		{Name: "my-own", Kind: "ollama", Model: "tiny", Models: []string{}},
	}
	if d := cmp.Diff(want, s.Providers); d != "" {
		t.Errorf("providers (-want +got):\n%s", d)
	}
	if s.Limits.Enabled || s.Sessions.MaxPerUser != 7 || s.WS.MaxFrame != 1<<20 || s.Server.TrustedProxies[0].String() != "10.0.0.0/8" || !cmp.Equal(s.Scenarios, []Path{"a.hcl", "b"}) {
		t.Errorf("got %+v", s)
	}
	if s.Server.Listen != "127.0.0.1:8000" {
		t.Errorf("an empty variable counts: got %q", s.Server.Listen)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "AGENTCONNECT_SERVER_LISTN, which is no setting; did you mean AGENTCONNECT_SERVER_LISTEN?") {
		t.Errorf("got warnings %q", s.Warnings)
	}
}

// What is shown has no secret in it.
func TestSecretsAreHidden(t *testing.T) {
	inDir(t, map[string]string{"agentconnect.yaml": `
auth: {secret: hush-hush-hush-hush-hush-hush-hush, jwks_url: "https://me:hush@id.example.org/keys", issuer: i, audience: a}
journal: {url: "nats://me:hush@one:4222,tls://hush@two:4222"}
providers: {fast: {kind: openai, api_key: hush}}
`})
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s.List())
	if err != nil || strings.Contains(string(text), "hush") {
		t.Errorf("got %v\n%s", err, text)
	}
	for key, want := range map[string]any{
		"auth.secret": "(secret)", "auth.jwks_url": "https://(secret)@id.example.org/keys", "providers.fast.api_key": "(secret)",
		"journal.url": "nats://(secret)@one:4222,tls://(secret)@two:4222", "sessions.lifetime": "1h", "auth.token_ttl": "30m", "ws.max_frame": "256KiB",
	} {
		if got := setting(t, s, key).Value; got != want {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	_, err = Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AGENTCONNECT_AUTH_SECRET", "hush\nhush")
	if _, err = Load(Options{}); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v, want an error without the secret", err)
	}
}
