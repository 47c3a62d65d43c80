provider "scripted" "p" {}
tool "t" { # ERROR: Not exactly one kind of tool
  expr { result = "1" }
  mcp { url = "https://example.com/mcp" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
