// Package specs is the scenario language: it reads HCL files, checks them, and
// gives a [Config], or every error at once, each at the right character.
//
// [Load] is the door. What must be decided while a session runs is an [Expr]:
// compiled and type-checked here, evaluated by the engine over an [Env].
//
// # Concurrency
//
// A Config and everything in it is immutable and may be shared. Load may be
// called concurrently.
package specs
