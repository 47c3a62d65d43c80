package specs

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

func (c *domain) tool(t *Tool) {
	address := "tool." + t.Name
	var kinds []string
	if t.Builtin != "" {
		kinds = append(kinds, "builtin")
	}
	if t.MCP != nil {
		kinds = append(kinds, "mcp")
	}
	if t.HTTP != nil {
		kinds = append(kinds, "http")
	}
	if t.Expr != nil {
		kinds = append(kinds, "expr")
	}
	if len(kinds) != 1 {
		found := "none"
		if len(kinds) > 1 {
			found = listed(kinds)
		}
		c.report(codeToolKind, address, t.Range, "A tool has exactly one of the blocks mcp, http and expr and builtin = \"…\"; this one has %s.", found)
	}
	if !toolName().MatchString(t.Name) {
		c.report(codeToolName, address, t.Range,
			"Models call the tool by its name, and vendors take 1 to 64 letters of English, digits, _ and -. Give it another name.")
	}
	if _, input := builtinTool(t.Builtin); input != "" && string(t.Input) != input {
		c.report(codeToolInput, address, t.Arg("input.type"), "%s says itself what it takes; remove the input block.", t.Builtin)
	}
	if m := t.MCP; m != nil {
		c.mcp(t, m)
	}
	if h := t.HTTP; h != nil {
		c.http(t, h)
	}
}

func (c *domain) mcp(t *Tool, m *MCPTool) {
	address := "tool." + t.Name
	c.web(address, m.URL, t.Arg("mcp.url"))
	if (len(m.Command) > 0) == (m.URL != "") {
		c.report(codeToolServer, address, t.Arg("mcp.url"),
			"An MCP server is either started, command = [\"…\"], or reached by url = \"https://…\"; the block has %s.",
			bothOrNone(m.URL != ""))
	}
	if len(m.Command) == 0 && len(m.Env) > 0 {
		c.report(codeToolServer, address, t.Arg("mcp.env"), "Only a server that is started, by command, gets an environment.")
	}
	if m.URL == "" && len(m.Headers) > 0 {
		c.report(codeToolServer, address, t.Arg("mcp.headers"), "Only a server that is reached by url gets headers.")
	}
	if t.Input != nil {
		c.report(codeToolInput, address, t.Arg("input.type"),
			"The MCP server says what its tools take; remove the input block.")
	}
	c.twice(address, "allow", m.Allow, everyAt(t.Arg("mcp.allow")))
}

// http checks that the placeholders of a request stand for inputs.
func (c *domain) http(t *Tool, h *HTTPTool) {
	c.web("tool."+t.Name, h.URL, t.Arg("http.url"))
	fields := slices.Sorted(maps.Keys(schemaFields(t.Input)))
	places := map[string]string{"http.url": h.URL, "http.body": h.Body}
	for _, key := range slices.Sorted(maps.Keys(h.Query)) {
		places["http.query"] += h.Query[key] + "\n"
	}
	for _, key := range slices.Sorted(maps.Keys(h.Headers)) {
		places["http.headers"] += h.Headers[key].Reveal() + "\n"
	}
	for _, arg := range []string{"http.url", "http.query", "http.headers", "http.body"} {
		for _, name := range placeholders(places[arg]) {
			if !slices.Contains(fields, name) {
				c.report(codeToolPlaceholder, "tool."+t.Name, t.Arg(arg),
					"{%s} stands for an input, and the tool's input has no such field.%s", name, c.meant(name, fields))
			}
		}
	}
}

// toolName is what all vendors take as a tool's name.
func toolName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`) }

func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*)\}`) }

// placeholders are the names in braces, each once. Braces around anything but
// a name, as in a JSON body, are text.
func placeholders(text string) []string {
	var out []string
	for _, match := range placeholder().FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, match[1]) {
			out = append(out, match[1])
		}
	}
	return out
}

// schemaFields are the properties of a JSON schema's object with their types;
// nil when the schema does not list any.
func schemaFields(schema json.RawMessage) map[string]string {
	var s struct {
		Properties map[string]struct {
			Type any `json:"type"`
		} `json:"properties"`
	}
	if len(schema) == 0 || json.Unmarshal(schema, &s) != nil || len(s.Properties) == 0 {
		return nil
	}
	out := make(map[string]string, len(s.Properties))
	for name, p := range s.Properties {
		kind, _ := p.Type.(string)
		out[name] = kind
	}
	return out
}
