// Package dialect holds what vendors' dialects have in common: names of tools
// that a vendor allows, arguments of tool calls, structured answers, and a call
// itself. A [Service] makes a [Call], whose [Reply] passes on what the dialect
// reads out of the events.
//
// # Concurrency
//
// A [Service] is shared; other values belong to the call that they were made
// for.
package dialect
