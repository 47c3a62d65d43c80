provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak as a."
  max_tokens   = 300
}

agent "b" { # LINT missing-max-tokens
  provider     = provider.p
  instructions = "Speak as b."
}

# agentconnect-lint-ignore: missing-max-tokens since c only says yes
agent "c" {
  provider     = provider.p
  instructions = "Speak as c."
}

pattern "sequential" "talk" { participants = [agent.a, agent.b, agent.c] }

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  limits { max_tokens = 10000 }
}
