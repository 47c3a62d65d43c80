package specs

import (
	"encoding/json"
)

func (l *loader) buildAgent(n *node) *Agent {
	a := &Agent{
		Block: l.block(n), Models: namesOf(n.refs("models")), Model: n.str("model"), DisplayName: n.str("name"),
		Personality: n.str("personality"), Instructions: n.str("instructions"),
		Capabilities: n.strings("capabilities"), InteractionModes: n.strings("interaction_modes"),
		Temperature: n.optFloat("temperature"), TopP: n.optFloat("top_p"),
		MaxTokens: n.int("max_tokens"), StopSequences: n.strings("stop_sequences"),
		Tools: namesOf(n.refs("tools")), MaxToolCalls: n.int("max_tool_calls"),
		Sees: n.str("sees"), Metadata: n.object("metadata"), Output: l.buildOutput(n.one("output")), Memory: buildMemory(n.one("memory")),
	}
	if a.DisplayName == "" {
		a.DisplayName = a.Name
	}
	if provider := n.ref("provider").Name; provider != "" && len(a.Models) == 0 {
		a.Models = []string{provider}
	}
	if n.written("seed") {
		seed := int64(n.int("seed"))
		a.Seed = &seed
	}
	if b := n.one("limits"); b != nil {
		a.Limits = AgentLimits{b.int("tokens_per_minute"), b.int("tokens_per_hour"), b.int("max_turns")}
	}
	return a
}

func buildMemory(n *node) *Memory {
	if n == nil {
		return nil
	}
	m := &Memory{Keep: n.str("keep"), Messages: n.int("messages"), Tokens: n.int("tokens"), Summarize: n.ref("summarize").Name}
	if m.Keep == "" {
		m.Keep = "all"
		if m.Messages > 0 || m.Tokens > 0 {
			m.Keep = "last"
		}
	}
	return m
}

func (l *loader) buildOutput(n *node) *Output {
	if n == nil {
		return nil
	}
	typ, schema := n.args["type"], n.args["schema"]
	if (typ == nil) == (schema == nil) {
		if !n.broken {
			l.about(n, codeOneOutput, n.header, "An output has type = object({ … }), or schema = file(\"…\"); this one has %s.", bothOrNone(typ != nil))
		}
		return &Output{Type: &Type{}}
	}
	if t := get[*typeArg](n, "type"); t != nil {
		return &Output{Schema: schemaOf(t.typ, t.defaults), Type: TypeOf(t.typ)}
	}
	text := n.str("schema")
	if n.broken {
		return &Output{Type: &Type{}}
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil {
		l.wrong(n, schema, codeSchema, schema.expr.Range(), "A JSON schema is a JSON object: {\"type\": \"object\", …}.%s", jsonTrouble(err))
		return &Output{Type: &Type{}}
	}
	return &Output{Schema: json.RawMessage(text), Type: TypeOfSchema([]byte(text))}
}

func jsonTrouble(err error) string {
	if err == nil {
		return ""
	}
	return " It cannot be read: " + err.Error() + "."
}

func (l *loader) buildHuman(n *node) *Human {
	return &Human{Block: l.block(n), Timeout: n.duration("timeout"), OnTimeout: n.str("on_timeout"), Prompt: n.str("prompt")}
}

func (l *loader) buildTool(n *node) *Tool {
	t := &Tool{
		Block: l.block(n), Builtin: n.str("builtin"), Timeout: n.duration("timeout"), Approval: n.str("approval"), Idempotent: n.bool("idempotent"), MaxResult: n.int("max_result"),
	}
	input := &Type{kind: kindObject}
	if b := n.one("input"); b != nil {
		if typ := get[*typeArg](b, "type"); typ != nil {
			if !typ.typ.IsObjectType() {
				a := b.args["type"]
				l.wrong(b, a, codeTypeExpr, a.expr.Range(), "The input of a tool has names: object({ city = string }).")
			}
			t.Input, input = schemaOf(typ.typ, typ.defaults), TypeOf(typ.typ)
		} else {
			input = &Type{kind: kindObject, open: true}
		}
	}
	if m := n.one("mcp"); m != nil {
		t.MCP = &MCPTool{
			Command: m.strings("command"), URL: m.str("url"), Allow: m.strings("allow"),
			Env: get[map[string]Secret](m, "env"), Headers: get[map[string]Secret](m, "headers"),
		}
	}
	if h := n.one("http"); h != nil {
		t.HTTP = &HTTPTool{
			Method: h.str("method"), URL: h.str("url"), Body: h.str("body"),
			Headers: get[map[string]Secret](h, "headers"), Query: get[map[string]string](h, "query"),
		}
	}
	if e := n.one("expr"); e != nil {
		t.Expr = &ExprTool{}
		l.exprOver(e, "result", wantAny, input, func(e *Expr) { t.Expr.Result = e })
	}
	t.completeBuiltin()
	if t.Input == nil && t.MCP == nil {
		t.Input = json.RawMessage(`{"type":"object","properties":{},"additionalProperties":false}`)
	}
	return t
}
