// Package config finds out how a server is to be run: from flags, the
// environment, a file and defaults, the strongest first.
//
// [Load] gives [Settings], or an error that names each key that is not known
// or has a value of the wrong type, and where it is. What each setting is and
// where it comes from is in [Settings.List], for `agentconnect config`.
//
// Paths in the file are relative to the file's directory, others to the
// working directory.
package config
