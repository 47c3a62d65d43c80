provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Say AGREED when you agree."
  max_tokens   = 300
}

agent "critic" {
  provider     = provider.p
  instructions = "Find what is wrong."
  max_tokens   = 300
}

pattern "loop" "work" {
  participants   = [agent.a, agent.critic]
  until          = "here.last.content contains 'NOTHING LEFT'" # LINT unsaid-word
  max_iterations = 3
}

stop "told" {
  when = "last.content contains 'AGREED' or lower(last.content) contains 'agreed'"
}

stop "untold" {
  when = "turns > 1 and last.content contains 'FINISHED'" # LINT unsaid-word
}

stop "other" {
  when = "not (last.content contains 'MORE') and turns > 4 and last.content != 'BUSY'"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.work
  opening = "Begin."
  stop    = [stop.told, stop.untold, stop.other]
  limits { max_tokens = 10000 }
}
