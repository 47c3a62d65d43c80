provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "chat" "x" {
  participants = [agent.a, agent.b]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x # ERROR AC6515 13-22: Chat without a person
}
