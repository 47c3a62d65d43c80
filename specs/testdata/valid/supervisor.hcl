# BOUND team: 6 turns, 78 calls
provider "scripted" "p" {}
agent "boss" { provider = provider.p }
agent "coder" { provider = provider.p }
agent "tester" { provider = provider.p }

pattern "supervisor" "team" {
  manager         = agent.boss
  workers         = [agent.coder, agent.tester]
  max_delegations = 5
}

session "team" {
  type    = "agent_agent"
  pattern = pattern.team
}
