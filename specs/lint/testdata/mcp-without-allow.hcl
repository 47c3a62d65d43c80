provider "scripted" "p" {}

tool "all" { # LINT mcp-without-allow
  mcp { command = ["tools"] }
}

tool "some" {
  mcp {
    command = ["tools"]
    allow   = ["read"]
  }
}

agent "a" {
  provider     = provider.p
  instructions = "Serve."
  tools        = [tool.all, tool.some]
  max_tokens   = 300
}

session "s" {
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
