# A person decides when it ends: bounded for each message.
# BOUND talk: 3 turns, 18 calls per message
provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
human "guest" {}

pattern "round_robin" "talk" {
  participants = [agent.a, agent.b, human.guest]
}

session "talk" {
  type       = "human_agent"
  pattern    = pattern.talk
  open_ended = true
}
