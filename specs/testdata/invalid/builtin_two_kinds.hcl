provider "scripted" "p" {}
tool "t" { # ERROR AC6401 1-9: Not exactly one kind of tool
  builtin = "ask_agent"
  expr { result = "1" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
