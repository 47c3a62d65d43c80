provider "scripted" "p" {}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "critic" {
  provider = provider.p
  output { type = object({ score = number }) }
}
pattern "loop" "work" {
  participants   = [agent.a]
  until          = "data.critic.score > 7" # WARNING AC6607 20-43: Reads what is never there
  max_iterations = 3
}
pattern "sequential" "other" { participants = [agent.b, agent.critic] }
stop "x" {
  when = "agents['b'].turns > 3 or turns > 2" # WARNING AC6607 10-46: Reads what is never there
}
session "s" {
  pattern = pattern.work
  opening = "Begin."
  stop    = [stop.x]
}
session "t" {
  pattern = pattern.other
  opening = "Begin."
  stop    = [stop.x]
}
