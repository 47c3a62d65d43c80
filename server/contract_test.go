package server

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sentence is a promise of the contract and the tests that hold it to it over
// real HTTP and WebSocket connections. A test of another package has its
// directory before a colon.
type sentence struct {
	section, says string
	tests         []string
}

func by(section, says string, tests ...string) sentence {
	return sentence{section: section, says: says, tests: tests}
}

// contract is every sentence of the contract, in its order.
func contract() []sentence {
	return slices.Concat(groundRules(), authSentences(), sessionSentences(), agentSentences(), socketSentences(), limitSentences(), extensionSentences(), processSentences())
}

const cmdDir = "cmd/agentconnect:"

func groundRules() []sentence {
	return []sentence{
		by("0", "every route is served plain and under /api", "TestOpenAPIHasEveryRoute", "TestEveryRouteTwice"),
		by("0", "default address 127.0.0.1:8000", "cmd/agentconnect/internal/config:TestDefaults"),
		by("0", "JSON in UTF-8", "TestErrorsHaveOneShape", "TestDecodeValues"),
		by("0", "timestamps RFC 3339, UTC, Z, microseconds, strictly increasing within a session", "TestStoredTimestampsIncrease", "TestStampsNeverRepeat"),
		by("0", "every route needs a bearer token but the public ones", "TestEveryRouteNeedsAToken"),
		by("0", "/metrics answers loopback peers only, unless server.metrics is all", "TestMetricsAreForThisMachine"),
		by("0", "CORS preflight is never authenticated and never limited", "TestCORS"),
		by("0", "rate limit before authentication before body before ownership", "TestOrderOfChecks", "TestLimitsOfUsersAndAddresses"),
		by("0", "a request without a valid token counts against its address in the same class", "TestLimitsOfUsersAndAddresses"),
		by("0", "one error body on every error", "TestErrorsHaveOneShape", "TestMutatedBodies"),
		by("0", "validation errors add errors with loc, msg and type", "TestCreateTellsEverything", "TestCreateRefusals"),
		by("0", "internal error text never leaves the server", "TestInternalErrorsStayInside", "TestVendorsWordsStayInside"),
		by("0", "a 500 carries a request id; X-Request-ID is on every answer", "TestRequestIDs", "TestHeadersOfARefusedUpgrade", "TestSessionPanics"),
		by("0", "400 body is not parseable", "TestStatusCodes"),
		by("0", "401 with WWW-Authenticate: Bearer", "TestStatusCodes"),
		by("0", "403 it is someone else's", "TestStatusCodes", "TestForeignSessions", "TestForeignAgents"),
		by("0", "404 it does not exist", "TestStatusCodes"),
		by("0", "405", "TestStatusCodes", "TestMethods"),
		by("0", "409 conflict", "TestStatusCodes", "TestIdempotentCreate"),
		by("0", "413 body over 1 MiB", "TestStatusCodes", "TestLongBodyWithoutLength"),
		by("0", "415 wrong media type", "TestStatusCodes"),
		by("0", "422 well-formed but invalid", "TestStatusCodes", "TestCreateRefusals"),
		by("0", "429 with Retry-After and RateLimit-Limit/-Remaining/-Reset", "TestStatusCodes", "TestLoginLimit", "TestHeadersOfARefusedUpgrade"),
		by("0", "500", "TestPanicAfterTheHead", "TestInternalErrorsStayInside"),
		by("0", "503 draining or the store is unreachable, with Retry-After", "TestStatusCodes", "TestDraining", "TestJournalFails"),
		by("0", "CORS: a configured list of origins, by default localhost and 127.0.0.1", "TestCORS", "TestOrigins"),
		by("0", "CORS headers are on error answers too", "TestCORS", "TestCORSOnPanic"),
		by("0", "allowed and exposed headers", "TestCORS"),
		by("0", "the upgrade checks Origin against the same list, else 403; without Origin it passes", "TestSocketOrigin"),
	}
}

func authSentences() []sentence {
	return []sentence{
		by("1", "login takes a form and other OAuth2 fields are ignored", "TestLogin", "TestLoginForms"),
		by("1", "login answers access_token, token_type, expires_in", "TestLogin"),
		by("1", "unknown, wrong and inactive are INVALID_CREDENTIALS alike, in the same time", "TestLoginTellsNothing", "TestEqualCost"),
		by("1", "422 when a field is missing", "TestLoginForms"),
		by("1", "login 429", "TestLoginLimit"),
		by("1", "claims of a token; which are required; leeway; at most 8 KiB", "TestIssuedClaims", "TestVerifyClaims", "TestNoTokenAtAll"),
		by("1", "verify answers valid, user, type, exp, iat, timestamp", "TestVerify"),
		by("1", "verify 401 when expired or the signature is bad", "TestVerify", "TestVerifySignatures"),
		by("1", "422 MALFORMED_TOKEN when it is no JWT at all; on other routes 401", "TestVerify", "TestNoTokenAtAll"),
		by("1", "verify 429", "TestLimitsOfUsersAndAddresses"),
	}
}

func sessionSentences() []sentence {
	return []sentence{
		by("2", "session_type is required unless the template fixes it", "TestCreateRefusals", "TestCreateFromRequestAlone"),
		by("2", "agents is required without a template: exactly 1, or 2 and more", "TestCreateRefusals"),
		by("2", "an unknown provider is 422 that names the ones there are", "TestCreateRefusals"),
		by("2", "model is free and has a default; capabilities, personality, metadata of an agent", "TestDefaultsOfAnAgent", "TestCreateFromRequestAlone"),
		by("2", "interaction_modes", "TestCreateRefusals", "TestCreateFromRequestAlone"),
		by("2", "metadata is echoed, at most 16 KiB", "TestMetadataIsEchoed", "TestCreateRefusals"),
		by("2", "template names a template loaded from HCL", "TestOverrides", "TestBuiltinTemplateByName"),
		by("2", "variables are checked against types and validations, with loc", "TestVariables", "TestRequiredVariables"),
		by("2", "without template the built-in one of the type, embedded HCL", "TestCreateFromRequestAlone", "TestBuiltinTemplateByName"),
		by("2", "agents may override provider, model, personality, metadata by key; an unknown key is 422", "TestOverrides"),
		by("2", "an unknown variable, or a contradicting session_type, is 422", "TestVariables", "TestCreateRefusals"),
		by("2", "Idempotency-Key: a repeat within 24 h gives the first answer and creates nothing", "TestIdempotentCreate", "TestAnswersExpire", "TestAnswersSurviveARestart"),
		by("2", "a repeat while the first is under way waits for it", "TestIdempotentCreateAtTheSameTime", "TestAnswersAfterFailure"),
		by("2", "SessionResponse and its extension fields", "TestCreateFromRequestAlone", "TestOpenAPIShape"),
		by("2", "agents have the keys and the order of the request or the template", "TestAgentsKeepTheOrderOfTheRequest"),
		by("2", "status goes initializing, active, paused, and to what the outcome says", "TestStatusFollowsTheOutcome", "TestPauseResumeStop", "TestSessionRunsToItsEnd"),
		by("2", "stop is the address of what ended it", "TestStatusFollowsTheOutcome", "TestSessionExpires"),
		by("2", "ids are prefixed, sortable, unguessable", "TestCreateFromRequestAlone", "TestRequestIDs"),
		by("2", "GET gives the same shape, 403, 404", "TestForeignSessions", "TestStatusCodes"),
		by("2", "DELETE is 204, or 200 with Prefer: return=representation", "TestDeleteSession"),
		by("2", "DELETE stops the session and closes its sockets with 4002", "TestDeletedSessionClosesSockets"),
		by("2", "DELETE removes the log after the retention time", "TestRetention", "TestDeleteEndedSession"),
		by("2", "after DELETE GET and DELETE give 404 and it is not listed", "TestDeleteSession"),
		by("2", "max_per_user live sessions: 429 SESSION_LIMIT without Retry-After; ended ones free their place", "TestSessionLimit"),
	}
}

func agentSentences() []sentence {
	return []sentence{
		by("3", "AgentStatus and all its fields; last_active is real; nothing is null", "TestAgentStatus", "TestAgentStates", "TestCooldownOverASocket"),
		by("3", "list gives the caller's own; an admin sees all", "TestListAgents", "TestForeignAgents"),
		by("3", "capability, status, limit, cursor; total_count after filters", "TestListAgents", "TestCooldownOverASocket"),
		by("3", "agent_type human is what user_ ids answer", "TestPersonStatus"),
		by("3", "message answers status, message_id, sender, receiver, timestamp, session_id", "TestDirectMessage", "TestMessageWithinASession"),
		by("3", "the caller must own both", "TestForeignAgents", "TestAgentMessageRefusals"),
		by("3", "both in one session: it enters that session", "TestMessageWithinASession"),
		by("3", "else a direct session of the two, not counted, opened or reused", "TestDirectMessage", "TestDirectMessageOfSessionAgents", "TestDirectMessagesConcurrently"),
		by("3", "stop ends it, ping and system are 422", "TestAgentMessageRefusals", "TestDirectMessage"),
		by("3", "structured_data is shown to the model as JSON", "TestStructuredData", "TestSayAddressesAndShowsData"),
		by("3", "register answers what it made", "TestRegisterAgent", "TestRegisterAgentRefusals", "TestRegisteredAgentOnAnotherServer"),
		by("3", "DELETE of an agent", "TestRegisterAgent", "TestUnregisterAgentOfASession"),
		by("3", "capabilities of an agent", "TestRegisterAgent", "TestAgentStatus"),
		by("3", "providers: an object, usable ones first, models never empty", "TestProviders"),
	}
}

func socketSentences() []sentence {
	return []sentence{
		by("4", "both paths; token by query, header or subprotocol; query tokens are redacted", "TestSocketPathsAndTokens", "TestAccessLog"),
		by("4", "accepted, then closed with the code; the chosen subprotocol", "TestSocketIsRefusedWithACode", "TestSocketPathsAndTokens"),
		by("4", "only a bad Origin, 403, and a flood, 429, are refused before", "TestSocketOrigin", "TestConnectionCaps", "TestStrangersAreLimitedByAddress"),
		by("4", "4000 generic", "TestCodesOfCloses"),
		by("4", "4001 unknown, or not yours", "TestCodesOfCloses", "TestForeignSessions"),
		by("4", "4002 expired or deleted", "TestDeletedSessionClosesSockets", "TestLifetimeEndsWithItsCode"),
		by("4", "4003 authentication failed, also when the token expires while connected", "TestTokenRunsOutWhileConnected", "TestDisabledIsDisconnectedAtOnce", "TestCodesOfCloses"),
		by("4", "4004 rate limited", "TestMessagesAreLimited"),
		by("4", "1001 draining", "TestDrain", "TestEngineThatClosesTellsSockets"),
		by("4", "1007 not UTF-8, 1009 over 256 KiB", "TestCodesOfCloses", "TestTooLargeAndNotUTF8"),
		by("4", "1013 too slow a reader", "TestSlowReaderIsClosed"),
		by("4", "the shape of a frame, its types and roles", "TestFramesAreAsDescribed", "TestConversation"),
		by("4", "text, and ping answered with an info pong", "TestConversation", "TestPingIsAnswered"),
		by("4", "stop ends the session with outcome cancelled", "TestStopBySocket"),
		by("4", "system with command pause or resume", "TestPauseAndResumeBySocket"),
		by("4", "content is a string; only text needs one, not empty", "TestBadFramesLeaveTheSocketOpen"),
		by("4", "sender is the caller, receiver a participant, else INVALID_SENDER, INVALID_RECEIVER", "TestBadFramesLeaveTheSocketOpen"),
		by("4", "a bad frame gets an error to that socket alone, which stays open", "TestBadFramesLeaveTheSocketOpen", "TestMutatedFramesDoNoHarm"),
		by("4", "every accepted text is acknowledged", "TestConversation", "TestAcknowledgementStandsWhereItsTextStands"),
		by("4", "client_id: accepted once, a duplicate gets the first acknowledgement again", "TestDuplicateTextIsAcceptedOnce"),
		by("4", "response and its metadata", "TestConversation"),
		by("4", "text goes to everyone but the socket that sent it in human_agent", "TestTextReachesTheOtherSocketsOnly", "TestAgentsBeginWithTheFirstText"),
		by("4", "system for life-cycle notices", "TestPauseAndResumeBySocket", "TestDetailOfEveryKind"),
		by("4", "stop once, with outcome, reason, stop, seq, then close 1000", "TestStopBySocket", "TestConversation"),
		by("4", "cooldown with agent_id, cooldown_remaining, cooldown_until", "TestCooldownOverASocket"),
		by("4", "ping at once after connecting and every 30 s", "TestEventsAreTheFramesOfTheSocket", "TestSilentSocketIsClosed"),
		by("4", "info for acknowledgements and for detail=turns: turn started, tool called", "TestDetail", "TestDetailOfEveryKind", "TestToolsOverASocket"),
		by("4", "detail=deltas: text as it is generated, not stored, not replayed, with its turn", "TestDetail"),
		by("4", "seq is strictly increasing, prev proves that nothing is missed; an own text counts through its ack", "TestAbruptReconnectsLoseAndDoubleNothing", "TestDetailOfEveryKind"),
		by("4", "everything after N, then live with head, then live without gap or duplicate", "TestAfterSkipsWhatWasSeen", "TestJoinWhileLive"),
		by("4", "what is not retained is said: recovered false, oldest_seq", "TestWhatIsNotRetainedIsSaid"),
		by("4", "a reader behind 1,000 frames or 1 MiB is closed with 1013 and resumes", "TestSlowReaderIsClosed", "TestQueueIsBounded"),
		by("4", "a session never waits for a socket", "TestSlowReaderIsClosed", "TestSoak"),
		by("4", "on an ended session the rest of the log, no live, close 1000", "TestStopBySocket"),
		by("4", "SSE: id is the seq, data the same frame", "TestEventsAreTheFramesOfTheSocket"),
		by("4", "protocol pings; a socket of which nothing came for 30 s after a ping is closed", "TestSilentSocketIsClosed"),
		by("4", "ws.ping_interval governs both kinds of ping", "TestSilentSocketIsClosed", "TestEventsEnd"),
		by("4", "lifetime: stop frame, then 4002", "TestLifetimeEndsWithItsCode"),
		by("4", "any number of sockets per session", "TestOneEncodingForAllOfALevel", "TestSoak"),
		by("4", "close frames are answered at once, also while a model is called", "TestCloseIsAnsweredWhileAModelIsCalled"),
		by("4", "agent_agent starts by its opening, else with the first text, which everybody sees", "TestAgentsBeginWithTheFirstText", "TestWithoutOpeningItWaitsForAPerson", "TestSessionRunsToItsEnd"),
		by("4", "people may add messages at any time", "TestAgentsBeginWithTheFirstText", "TestMessageWithinASession"),
		by("4", "caps of connections: of all, of a user, of an address", "TestConnectionCaps"),
	}
}

func limitSentences() []sentence {
	return []sentence{
		by("5", "buckets hold a minute's quota; Reset is until full, Retry-After until the next; on good answers too", "TestLimiterTellsExactly", "TestLoginLimit", "TestAgentLimitIsOneClass"),
		by("5", "per user, or per address before login", "TestLimitsOfUsersAndAddresses"),
		by("5", "pings do not count; messages by REST count as those of sockets", "TestMessageLimitIsShared"),
		by("5", "login 10, verify 10, create 5, session queries 10 per session, others 60, agents 20", "TestLoginLimit", "TestLimitsByClass", "TestAgentLimitIsOneClass", "TestDefaultLimits"),
		by("5", "messages 60 per user; over it RATE_LIMITED with retry_after, not accepted", "TestMessagesAreLimited", "TestMessageLimitIsShared", "TestDefaultLimits"),
		by("5", "60 refused messages within a minute close with 4004", "TestMessagesAreLimited"),
		by("5", "ten failed logins in 10 minutes lock for 10 more, without revealing that the account exists", "TestLockOverHTTP", "TestLockout"),
		by("5", "X-Forwarded-For counts only from trusted proxies", "TestForwardedForIsNotBelieved", "TestLoginLimit", "TestClientAddr"),
	}
}

func extensionSentences() []sentence {
	return []sentence{
		by("6", "GET /templates and /templates/{name} with graph", "TestListTemplates", "TestGetTemplate", "TestMermaidOfAGraph"),
		by("6", "certificate has calls, tokens, cost, seconds that are proven", "TestGetTemplate"),
		by("6", "GET /chat/sessions with status, template, limit, cursor", "TestListSessions", "TestListSessionsByPages"),
		by("6", "GET messages with after and limit", "TestHistoryInPages"),
		by("6", "GET events: SSE with Last-Event-ID, same frames and seq", "TestEventsAreTheFramesOfTheSocket", "TestEventsEnd"),
		by("6", "POST messages is 202 with message_id, seq, timestamp", "TestPostMessage"),
		by("6", "POST messages with Idempotency-Key", "TestIdempotentMessage"),
		by("6", "pause, resume, stop are harmless when repeated; 409 SESSION_ENDED on an ended one", "TestPauseResumeStop"),
		by("6", "paused: the turn in flight finishes, nothing new starts, texts wait", "TestPauseAndResumeBySocket"),
		by("6", "POST fork gives a SessionResponse with forked_from", "TestForkGoesOnAndLeavesTheOriginal", "TestForkRefusals"),
		by("6", "openapi.json, asyncapi.json, docs", "TestOpenAPIShape", "TestAsyncAPIShape", "TestDocsPage"),
		by("6", "healthz, readyz, metrics", "TestHealth", "TestNotReadyWithoutStore", "TestMetrics"),
		by("6", "GET / is JSON health and sends browsers to /console/", "TestLanding"),
		by("6", "chat completions and models, streaming and not", "TestCompletion", "TestCompletionStream", "TestListModels"),
	}
}

func processSentences() []sentence {
	const configDir, controlDir = "cmd/agentconnect/internal/config:", "cmd/agentconnect/internal/control:"
	return []sentence{
		by("7", "serve with and without scenarios, --config, --listen, --data-dir", cmdDir+"TestServeFromStartToEnd", cmdDir+"TestServeConfigured"),
		by("7", "flags before environment before file before defaults", configDir+"TestPrecedence"),
		by("7", "yaml, toml and json", configDir+"TestFormats", configDir+"TestFiles"),
		by("7", "every key and its default", configDir+"TestDefaults"),
		by("7", "TLS", cmdDir+"TestServeTLS"),
		by("7", "data_dir is 0700, keys are 0600", cmdDir+"TestServeFromStartToEnd", cmdDir+"TestServeAfterKill"),
		by("7", "auth.secret of at least 32 bytes", "TestOpenTokensRefuses"),
		by("7", "an identity provider's tokens: RS256, ES256, EdDSA", "TestIdentityProvider", "TestKeyConfusion"),
		by("7", "limits.enabled false switches limits and lock off", "TestLimitsSwitchedOff"),
		by("7", "limits of sessions and sockets", "TestSessionLimit", "TestLifetimes", "TestQueueIsBounded"),
		by("7", "journal.url, replicas, sync, credentials", cmdDir+"TestCluster", cmdDir+"TestWhatNodesShare", configDir+"TestDefaults"),
		by("7", "an unknown key or a wrong type is an error that names key and file", configDir+"TestErrors"),
		by("7", "users add, list, disable, enable, passwd", cmdDir+"TestServeFromStartToEnd", cmdDir+"TestScripts", controlDir+"TestCommands"),
		by("7", "administrative commands act on a running server, else on the store", controlDir+"TestCommands", controlDir+"TestSocketIsPrivate", cmdDir+"TestServeAfterKill"),
		by("7", "a restart on the same data_dir takes over sessions at once", cmdDir+"TestSessionsOutliveKill", cmdDir+"TestCrashes"),
		by("7", "passwords: argon2id", "TestHashText", "TestUsersAreKept"),
		by("7", "the first user, with a password printed once", "TestFirstUser", "TestFirstUserOfTwoNodes", cmdDir+"TestServeFromStartToEnd"),
		by("7", "config prints the effective settings with their origin, secrets redacted", configDir+"TestSecretsAreHidden", cmdDir+"TestScripts"),
		by("7", "SIGHUP reloads scenarios; a broken one is reported; running sessions keep theirs", cmdDir+"TestServeReload", "TestSetTemplates"),
		by("7", "SIGTERM drains", cmdDir+"TestServeFromStartToEnd", "TestDrain"),
		by("7", "Ctrl-C twice stops at once", cmdDir+"TestServeStopsAtOnce"),
	}
}

// Each sentence of the contract has tests, and they are there.
func TestContractIsCovered(t *testing.T) {
	known := map[string]map[string]bool{}
	has := func(name string) bool {
		dir, test := ".", name
		if d, n, elsewhere := strings.Cut(name, ":"); elsewhere {
			dir, test = filepath.Join("..", filepath.FromSlash(d)), n
		}
		if known[dir] == nil {
			known[dir] = testsOf(t, dir)
		}
		return known[dir][test]
	}
	sections := map[string]bool{}
	for _, s := range contract() {
		sections[s.section] = true
		if len(s.tests) == 0 || s.says == "" {
			t.Errorf("§%s %q has no test", s.section, s.says)
		}
		for _, name := range s.tests {
			if !has(name) {
				t.Errorf("§%s %q: there is no %s", s.section, s.says, name)
			}
		}
	}
	for section := range strings.FieldsSeq("0 1 2 3 4 5 6 7") {
		if !sections[section] {
			t.Errorf("§%s has no sentences", section)
		}
	}
}

// testsOf are the names of the tests in a directory.
func testsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests: %v", dir, err)
	}
	names := map[string]bool{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := goparser.ParseFile(token.NewFileSet(), path, text, goparser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				names[fn.Name.Name] = true
			}
		}
	}
	return names
}
