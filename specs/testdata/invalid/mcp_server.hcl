provider "scripted" "p" {}
tool "both" {
  mcp {
    command = ["x"]
    url     = "https://example.com/mcp" # ERROR AC6402 15-40: Not exactly one way to reach the server
  }
}
tool "none" { # ERROR AC6402: Not exactly one way to reach the server
  mcp {}
}
agent "a" {
  provider = provider.p
  tools    = [tool.both, tool.none]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
