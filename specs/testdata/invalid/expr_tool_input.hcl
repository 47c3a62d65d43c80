provider "scripted" "p" {}
tool "t" {
  input { type = object({ a = number }) }
  expr { result = "a + bb" } # ?
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
