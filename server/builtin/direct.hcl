# What one agent says to another by REST: each message gets one answer.

provider "scripted" "scripted" {}

agent "first" {
  provider = provider.scripted
}

agent "second" {
  provider = provider.scripted
}

pattern "chat" "exchange" {
  participants = [agent.first, agent.second]
}

session "direct" {
  description = "An agent writes to another one."
  type        = "human_agent"
  pattern     = pattern.exchange
  open_ended  = true
  limits {
    max_turns    = 1000
    turn_timeout = "5m"
  }
}
