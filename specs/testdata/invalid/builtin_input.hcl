provider "scripted" "p" {}
tool "t" {
  builtin = "find_agents"
  input {
    type = object({ a = string }) # ERROR AC6403 12-34: Input of a tool that has its own
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
