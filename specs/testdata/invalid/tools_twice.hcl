provider "scripted" "p" {}
tool "t" {
  expr { result = "1" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t, tool.t] # ERROR AC6001 14-30: Listed twice
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
