# One pattern that no other uses, and no session: an implicit session around it.
provider "scripted" "p" {}

agent "a" { provider = provider.p }
agent "b" { provider = provider.p }

pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_rounds   = 3
}
