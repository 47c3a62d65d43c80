provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "plan_execute" "x" {
  participants = [agent.a]
  planner      = agent.b
  max_steps    = 2
  max_replans  = 1
  approve      = agent.a # ERROR AC3002 18-25: Wrong kind of reference
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
