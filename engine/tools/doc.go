// Package tools makes what agents may call of the tool blocks of a scenario:
// servers of the Model Context Protocol, web services and expressions.
//
// Start from [Open] and [Pool.Of]:
//
//	pool := tools.Open(tools.Config{})
//	defer pool.Close()
//	byName, err := pool.Of(cfg)
//	template, diags := engine.Compile(cfg, "support", engine.Resources{Models: models, Tools: byName})
//
// Nothing is started or connected before a session uses it, so a scenario can
// be checked anywhere. A server is shared by all sessions of the process whose
// blocks say the same of it, and left with the last of them.
//
// What goes wrong with a call goes back to the model as the call's error: wrong
// arguments, a refusal by the service, a server that hangs, floods or dies. A
// server that died is started again at the next call, one that dies again and
// again not at once. Secrets of the blocks are in no error and no result.
//
// # Concurrency
//
// A Pool and its tools are safe for concurrent use. Each server has a goroutine
// that waits for its end, and those of the protocol's kit. A call returns when
// its context ends, whatever its server does. [Pool.Close] ends all servers,
// kills those that do not end, and waits for every goroutine.
package tools
