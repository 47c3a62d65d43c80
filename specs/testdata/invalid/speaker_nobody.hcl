provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  name     = "Ada"
}
agent "b" { provider = provider.p }
agent "c" { provider = provider.p }
pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_rounds   = 3
}
pattern "loop" "other" {
  participants   = [agent.c]
  until          = "here.last.agent == 'a'" # WARNING AC6607 40-43: Reads what is never there
  max_iterations = 2
}
stop "name" {
  when = "last.agent == 'Ada' and turns > 1" # WARNING AC6607 25-30: Reads what is never there
}
stop "list" {
  when = "last.agent in ['a', 'bb', 'user', 'c'] or messages[0].agent != 'x'" # WARNING AC6607 31-35: Reads what is never there # WARNING AC6607 45-48: Reads what is never there # WARNING AC6607 74-77: Reads what is never there
}
stop "some" {
  when = "any(messages, .agent == 'nobody') and not (first.agent == 'user')" # WARNING AC6607 35-43: Reads what is never there
}
session "s" {
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.name, stop.list, stop.some]
}
session "t" {
  pattern = pattern.other
  opening = "Begin."
}
