provider "scripted" "p" {}
tool "t" {
  mcp { url = "https://example.com/mcp" }
  input {
    type = object({ a = string }) # ERROR AC6403: Input of a tool that has its own
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
