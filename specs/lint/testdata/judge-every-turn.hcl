provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak as a."
  max_tokens   = 300
}

agent "judge" {
  provider     = provider.p
  instructions = "Speak as judge."
  max_tokens   = 300
}

pattern "round_robin" "talk" {
  participants = [agent.a]
  max_rounds   = 5
}

stop "always" {
  judge    = agent.judge # LINT judge-every-turn
  criteria = "It is done."
}

stop "sometimes" {
  judge    = agent.judge
  criteria = "It is done."
  every    = 3
}

stop "meant" {
  judge    = agent.judge
  criteria = "It is done."
  every    = 1
}

stop "late" {
  judge     = agent.judge
  criteria  = "It is done."
  min_turns = 4
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.always, stop.sometimes, stop.meant, stop.late]
  limits { max_tokens = 10000 }
}
