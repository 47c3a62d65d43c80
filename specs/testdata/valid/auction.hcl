# BOUND market: 13 turns, 117 calls
provider "scripted" "p" {}
agent "boss" { provider = provider.p }
agent "fast" {
  provider     = provider.p
  capabilities = ["speed"]
}
agent "careful" {
  provider     = provider.p
  capabilities = ["care"]
}

pattern "auction" "market" {
  participants = [agent.fast, agent.careful]
  manager      = agent.boss
  max_rounds   = 3
  min_score    = 0.5
}

session "market" {
  type    = "agent_agent"
  pattern = pattern.market
}
