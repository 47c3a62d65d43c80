# BOUND one: 23 turns, 207 calls
provider "scripted" "p" {}
agent "boss" { provider = provider.p }
agent "web" { provider = provider.p }
agent "coder" { provider = provider.p }

pattern "magentic" "one" {
  participants = [agent.web, agent.coder]
  manager      = agent.boss
  max_rounds   = 8
  max_resets   = 2
  max_stalls   = 3
}

session "one" {
  type    = "agent_agent"
  pattern = pattern.one
}
