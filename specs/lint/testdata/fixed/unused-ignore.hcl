provider "scripted" "p" {}

agent "a" { # agentconnect-lint-ignore: missing-max-tokens
  provider     = provider.p
  instructions = "Speak as a."
}

agent "b" {
  provider     = provider.p
  instructions = "Speak as b."
  max_tokens   = 300 # agentconnect-lint-ignore: missing-max-token # LINT unused-ignore
}

# agentconnect-lint-ignore: missing-max-tokens it is an example # LINT unused-ignore
agent "c" {
  provider     = provider.p
  instructions = "Speak as c."
}

agent "d" {
  provider     = provider.p
  instructions = "Speak as d."
  max_tokens   = 300
}

# agentconnect-lint-ignore-file: no-budget
pattern "sequential" "talk" { participants = [agent.a, agent.b, agent.c, agent.d] }

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
}
