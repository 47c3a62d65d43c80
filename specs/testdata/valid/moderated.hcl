# BOUND talk: 7 turns, 243 calls
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

agent "chair" {
  provider = provider.p
  output {
    type = object({ next = optional(string), end = bool, final = optional(string) })
  }
}

pattern "moderated" "talk" {
  participants = [agent.a, agent.b]
  chair        = agent.chair
  max_rounds   = 6
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
}
