package lint

import "github.com/agentconnect-dev/agentconnect/specs"

func toolRules() []Rule {
	return []Rule{
		{
			Name: "write-without-approval", Severity: specs.SeverityWarning, Summary: "Changes things without being asked", check: writeWithoutApproval,
			Explanation: "A tool that sends POST, PUT, PATCH or DELETE may change something for good, and models call tools when they should not. `approval = \"always\"` asks a person first; `approval = \"never\"` says that nobody need be asked.",
		},
		{
			Name: "mcp-without-allow", Severity: specs.SeverityWarning, Summary: "Every tool of the server", check: mcpWithoutAllow,
			Explanation: "Without `allow` agents get whatever tools the server has, those of its next version included, and the description of each is part of every prompt. List those that are needed.",
		},
	}
}

func writeWithoutApproval(p *pass) {
	for _, t := range p.cfg.Tools {
		if t.HTTP == nil || t.HTTP.Method == "GET" || t.HTTP.Method == "HEAD" || t.HTTP.Method == "" {
			continue
		}
		if _, said := t.Args["approval"]; !said {
			p.report("tool."+t.Name, t.Arg("http.method"), "tool %q sends %s, and no person is asked. Write approval = \"always\", or \"never\" where that is meant.", t.Name, t.HTTP.Method)
		}
	}
}

func mcpWithoutAllow(p *pass) {
	for _, t := range p.cfg.Tools {
		if t.MCP != nil && len(t.MCP.Allow) == 0 {
			p.report("tool."+t.Name, t.Range, "tool %q offers all that its server has. List what may be called: allow = [\"…\"].", t.Name)
		}
	}
}
