provider "scripted" "p" {}

agent "chair" {
  provider     = provider.p
  instructions = "Speak as chair."
  max_tokens   = 300
}

agent "named" { # LINT undescribed-candidate
  provider     = provider.p
  instructions = "Speak."
  max_tokens   = 300
}

agent "described" {
  description  = "Knows the law."
  provider     = provider.p
  instructions = "Say what the law says."
  max_tokens   = 300
}

agent "able" {
  provider     = provider.p
  instructions = "Count."
  capabilities = ["counting"]
  max_tokens   = 300
}

agent "inner" {
  provider     = provider.p
  instructions = "Work."
  max_tokens   = 300
}

pattern "sequential" "nested" { # LINT undescribed-candidate
  participants = [agent.inner]
}

human "boss" {
  timeout    = "5m"
  on_timeout = "skip"
}

pattern "selector" "talk" {
  participants = [agent.named, agent.described, agent.able, pattern.nested, human.boss]
  chair        = agent.chair
  max_turns    = 5
}

pattern "handoff" "desk" {
  participants = [agent.named, agent.described]
  max_turns    = 5
}

pattern "sequential" "both" { participants = [pattern.talk, pattern.desk] }

session "s" {
  type    = "agent_agent"
  pattern = pattern.both
  opening = "Begin."
  limits { max_tokens = 10000 }
}
