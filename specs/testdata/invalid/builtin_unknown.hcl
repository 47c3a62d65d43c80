provider "scripted" "p" {}
tool "t" {
  builtin = "ask_agents" # ERROR AC4003 13-25: Value is not allowed
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
