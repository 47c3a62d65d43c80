package specs

import "encoding/json"

func (l *loader) buildProvider(n *node) *Provider {
	p := &Provider{
		Block: l.block(n), Kind: n.kind, Model: n.str("model"),
		APIKey: get[Secret](n, "api_key"), BaseURL: n.str("base_url"), Headers: get[map[string]Secret](n, "headers"),
		Timeout: n.duration("timeout"), FirstTokenTimeout: n.duration("first_token_timeout"),
	}
	if r := n.one("retry"); r != nil {
		p.Retry = &Retry{r.int("attempts"), r.duration("min_backoff"), r.duration("max_backoff")}
	}
	if b := n.one("limits"); b != nil {
		p.Limits = ProviderLimits{b.int("requests_per_minute"), b.int("tokens_per_minute"), b.int("concurrency")}
	}
	if b := n.one("price"); b != nil {
		p.Price = &Price{Input: b.number("input"), CachedInput: b.number("input"), Output: b.number("output")}
		if b.written("cached_input") {
			p.Price.CachedInput = b.number("cached_input")
		}
	}
	if n.kind == "scripted" {
		p.Script = l.buildScript(n)
	}
	return p
}

func (l *loader) buildScript(n *node) *Script {
	script := &Script{Strict: n.bool("strict")}
	for _, r := range n.all("reply") {
		script.Replies = append(script.Replies, l.buildReply(r))
	}
	for _, f := range n.all("fail") {
		fail := &ScriptFail{
			Range: l.rng(f.header), Call: f.int("call"), Kind: f.str("kind"), RetryAfter: f.duration("retry_after"), Times: f.int("times"),
		}
		if u := f.one("usage"); u != nil {
			fail.Usage = &ScriptUsage{u.int("input_tokens"), u.int("output_tokens")}
		}
		l.expr(f, "when", wantBool, func(e *Expr) { fail.When = e })
		script.Fails = append(script.Fails, fail)
	}
	return script
}

func (l *loader) buildReply(n *node) *ScriptReply {
	r := &ScriptReply{
		Range: l.rng(n.header), Content: n.str("content"), Data: get[json.RawMessage](n, "data"), Delay: n.duration("delay"),
		InputTokens: -1, OutputTokens: -1, Agent: n.ref("agent").Name, Times: n.int("times"), Fail: n.str("fail"),
	}
	l.expr(n, "when", wantBool, func(e *Expr) { r.When = e })
	for _, call := range n.all("tool_call") {
		arguments := get[json.RawMessage](call, "arguments")
		if arguments == nil {
			arguments = json.RawMessage("{}")
		}
		r.ToolCalls = append(r.ToolCalls, ScriptToolCall{call.str("name"), arguments})
	}
	if u := n.one("usage"); u != nil {
		if u.written("input_tokens") {
			r.InputTokens = u.int("input_tokens")
		}
		if u.written("output_tokens") {
			r.OutputTokens = u.int("output_tokens")
		}
	}
	return r
}
