provider "scripted" "p" {}

agent "a" { # LINT missing-instructions
  provider   = provider.p
  max_tokens = 300
}

agent "b" {
  provider    = provider.p
  personality = "dry"
  max_tokens  = 300
}

# Only decides, and the pattern tells it how.
agent "critic" {
  provider   = provider.p
  max_tokens = 300
}

pattern "sequential" "draft" { participants = [agent.a, agent.b] }

pattern "loop" "work" {
  participants   = [pattern.draft]
  critic         = agent.critic
  max_iterations = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.work
  opening = "Begin."
  limits { max_tokens = 10000 }
}
