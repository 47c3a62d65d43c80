provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak as a."
  max_tokens   = 300
}

pattern "round_robin" "talk" {
  participants = [agent.a]
  max_rounds   = 5
}

stop "word" {
  when = "last.content contains 'DONE'" # LINT over-at-once
}

stop "later" {
  when      = "last.content contains 'DONE'"
  min_turns = 1
}

stop "somebody" {
  when = "last.content contains 'DONE' and last.agent != 'user'"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Say DONE when it is done."
  stop    = [stop.word, stop.later, stop.somebody]
  limits { max_tokens = 10000 }
}
