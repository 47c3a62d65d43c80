provider "scripted" "p" {}
tool "t" {
  input { type = object({ a = number }) }
  expr { result = "a + bb" } # ERROR AC5002 24-26: Unknown name
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
