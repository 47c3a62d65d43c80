// Package dialect holds what vendors' dialects have in common: names of tools
// that a vendor allows, arguments of tool calls, structured answers, and the
// ends of an HTTP call.
//
// # Concurrency
//
// Values belong to the call that they were made for.
package dialect
