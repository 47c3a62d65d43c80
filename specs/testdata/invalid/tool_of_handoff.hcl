provider "scripted" "p" {}
tool "transfer_to_b" {
  description = "x"
  input { type = object({ a = number }) }
  expr { result = "a" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.transfer_to_b]
}
agent "b" { provider = provider.p }

pattern "handoff" "x" {
  participants = [agent.a, agent.b] # ERROR AC6516 19-26: Tool of the pattern's name
  max_turns    = 5
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
