package lint

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/specs"
)

func modelRules() []Rule {
	return []Rule{
		{
			Name: "unpinned-model", Severity: specs.SeverityWarning, Summary: "Model may change", check: unpinnedModel, Fixable: true,
			Explanation: "A provider without `model` uses the default of its kind, which another version of AgentConnect may change; a name that ends in `latest` changes when the vendor says so. Answers, prices and the certificate change with it. The fix writes down today's default.",
		},
		{
			Name: "secret-in-file", Severity: specs.SeverityError, Summary: "Secret in a file", check: secretInFile,
			Explanation: "A key that is written in a scenario is in its history, its copies and its back-ups for good. Leave `api_key` out, so that it comes from the vendor's variable of the environment, or write `env(\"NAME\")`. The finding does not show the line.",
		},
		{
			Name: "insecure-url", Severity: specs.SeverityWarning, Summary: "Address without encryption", check: insecureURL,
			Explanation: "Over `http://` everybody on the way can read the conversation and the keys. Addresses of the same machine, private networks and names without a dot do not count.",
		},
	}
}

func unpinnedModel(p *pass) {
	for _, x := range p.cfg.Providers {
		if x.Kind == "scripted" || x.Kind == "openai_compatible" && x.Model == "" {
			continue
		}
		model := specs.DefaultModel(x.Kind)
		switch {
		case x.Model == "" && !p.alwaysNamed(x):
			d := p.report("provider."+x.Name, x.Range, "provider %q names no model, so it is the default of %s: today %s. Write the one that is meant.", x.Name, x.Kind, model)
			if edits := p.addArgument(x.Range, `model = "`+model+`"`); len(edits) > 0 && !moving(model) {
				d.Fix = &specs.Fix{Message: "Write model = \"" + model + "\".", Edits: edits}
			}
		case moving(x.Model):
			p.report("provider."+x.Name, x.Arg("model"), "%s is another model whenever the vendor says so. Write the name of a version.", x.Model)
		}
	}
	for _, a := range p.cfg.Agents {
		if moving(a.Model) {
			p.report("agent."+a.Name, a.Arg("model"), "%s is another model whenever the vendor says so. Write the name of a version.", a.Model)
		}
	}
}

// moving says whether a name stands for different models at different times.
func moving(model string) bool {
	return model == "latest" || strings.HasSuffix(model, "-latest") || strings.HasSuffix(model, ":latest") || model == "openrouter/auto"
}

// alwaysNamed says whether each agent that asks a provider first names a model
// of its own, and no one asks it otherwise.
func (p *pass) alwaysNamed(x *specs.Provider) bool {
	used := false
	for _, a := range p.cfg.Agents {
		i := slices.Index(a.Models, x.Name)
		if i > 0 || i == 0 && a.Model == "" || a.Memory != nil && a.Memory.Summarize == x.Name {
			return false
		}
		used = used || i == 0
	}
	return used
}

func secretInFile(p *pass) {
	for _, x := range p.cfg.Providers {
		p.literal("provider."+x.Name, &x.Block, "api_key", "Leave it out, or write env(\"…\").")
		p.literals("provider."+x.Name, &x.Block, "headers")
	}
	for _, t := range p.cfg.Tools {
		for _, arg := range []string{"http.headers", "mcp.headers", "mcp.env"} {
			p.literals("tool."+t.Name, &t.Block, arg)
		}
	}
	for _, v := range p.cfg.Variables {
		if v.Sensitive {
			p.literal("var."+v.Name, &v.Block, "default", "Leave the default out: the value comes from AGENTCONNECT_VAR_"+v.Name+" or a file that is not kept with the scenario.")
		}
	}
}

// literal reports a secret that is a text of its own.
func (p *pass) literal(address string, b *specs.Block, arg, advice string) {
	text, ok := strings.CutPrefix(strings.TrimSpace(p.written(b.Args[arg])), `"`)
	if !ok || strings.HasPrefix(text, `"`) || strings.Contains(text, "${") {
		return
	}
	d := p.report(address, b.Arg(arg), "%s is written down here. %s", arg, advice)
	d.Snippet = nil // it would show it
}

// secretEntry is a header or a variable whose name says that it is secret, with
// a text; bearer with a text is one by itself.
var secretEntry = regexp.MustCompile(`(?i)(?:"?[\w-]*(?:authorization|api[_-]?key|token|secret|passw)[\w-]*"?\s*[=:]\s*"[^"$]+"|bearer\(\s*"[^"$]+")`)

func (p *pass) literals(address string, b *specs.Block, arg string) {
	at, ok := b.Args[arg]
	if !ok || !secretEntry.MatchString(p.written(at)) {
		return
	}
	d := p.report(address, at, "A secret is written down in %s. Write env(\"…\") in its place.", arg)
	d.Snippet = nil // it would show it
}

func insecureURL(p *pass) {
	for _, x := range p.cfg.Providers {
		p.encrypted("provider."+x.Name, x.BaseURL, x.Arg("base_url"))
	}
	for _, t := range p.cfg.Tools {
		if t.HTTP != nil {
			p.encrypted("tool."+t.Name, t.HTTP.URL, t.Arg("http.url"))
		}
		if t.MCP != nil {
			p.encrypted("tool."+t.Name, t.MCP.URL, t.Arg("mcp.url"))
		}
	}
}

func (p *pass) encrypted(address, link string, at specs.Range) {
	u, err := url.Parse(link)
	if err != nil || !strings.EqualFold(u.Scheme, "http") || nearby(u.Hostname()) {
		return
	}
	p.report(address, at, "What is sent to %s can be read by everybody on the way. Write https://.", u.Hostname())
}

// nearby says whether a host is this machine or one of a private network.
func nearby(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".test", ".example"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
