// Package providertest is the contract that every model must pass, whatever
// dialect it speaks. A provider's own test says how its far side is made to
// give certain replies, and [Run] does the rest:
//
//	func TestContract(t *testing.T) {
//		providertest.Run(t, providertest.Harness{
//			Model: func(t *testing.T, replies ...providertest.Reply) providers.Model {
//				server := httptest.NewServer(speak(replies)) // the vendor's wire format
//				t.Cleanup(server.Close)
//				return openai.New(openai.Config{BaseURL: server.URL})
//			},
//			Kinds: []providers.Kind{providers.RateLimited, providers.Cut},
//		})
//	}
//
// [Collect] ranges over a single sequence and reports what breaks the rules of
// [providers.Model]; tests of providers use it for their own cases too.
package providertest
