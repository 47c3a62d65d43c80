# BOUND job: 22 turns, 171 calls
provider "scripted" "p" {}
agent "planner" { provider = provider.p }
agent "worker" { provider = provider.p }
human "lead" {
  description = "Approves the plan"
  timeout     = "10m"
  on_timeout  = "stop"
  prompt      = "Do you approve?"
}

pattern "plan_execute" "job" {
  participants = [agent.worker]
  planner      = agent.planner
  max_steps    = 5
  max_replans  = 2
  approve      = human.lead
}

session "job" {
  type    = "agent_agent"
  pattern = pattern.job
}
