// Package scripted is a provider that needs no key and no network: it says what
// a script tells it to say, and where no script is left it composes a short
// answer of its own. Tests, examples, dry runs and first-time users run on it.
//
// Start from [Config] and [New]; [Simulate] makes a stand-in for any provider:
//
//	model := scripted.New(scripted.Config{
//		Name:    "script",
//		Strict:  true,
//		Replies: []scripted.Reply{{Content: "Hello."}, {Content: "Goodbye."}},
//	})
//
// # Which reply
//
// A model counts its calls from 1, failed ones included. At each call the first
// [Fail] that is due makes it fail. Otherwise the first [Reply] whose When holds
// answers, as often as it holds unless Times bounds it; otherwise the next reply
// without When, in order, once or Times times. A reply for one agent does not
// exist for the others. When nothing is left, a strict script fails with kind
// no_reply and says what was tried and why it did not fit; any other script
// composes a short answer in character, or JSON that satisfies the request's
// schema, and marks it as simulated.
//
// Everything is deterministic: the same calls give the same replies, tool call
// ids and composed answers, without a clock and without randomness.
//
// # Tokens
//
// A token is taken to be four bytes of UTF-8, rounded up: the input is the
// system prompt and the messages with their tool calls, the output is the text
// and the tool calls of the reply. A script may state either number instead.
//
// # Concurrency
//
// A [Model] may be used from several goroutines. The reply is chosen when
// [Model.Stream] is called, so calls get their replies in the order in which
// they are made, in whatever order the sequences are ranged over; a reply is
// used up even when its sequence never is. No goroutine is started.
package scripted
