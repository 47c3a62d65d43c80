# A chat with several agents; the person says whom.
# BOUND homework: 1 turn, 9 calls per message
provider "scripted" "p" {}
agent "math" { provider = provider.p }
agent "history" { provider = provider.p }

pattern "chat" "desk" {
  description  = "The homework desk"
  participants = [agent.math, agent.history]
}

session "homework" {
  type    = "human_agent"
  pattern = pattern.desk
  start   = "on_message"
  on_busy = "reject"
}
