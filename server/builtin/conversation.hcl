# The conversation of two or more agents, for requests that name no template.
# The agents of the request stand in the place of the two below; max_turns
# bounds the session whatever their number.

provider "scripted" "scripted" {}

agent "first" {
  provider     = provider.scripted
  capabilities = ["conversation"]
}

agent "second" {
  provider     = provider.scripted
  capabilities = ["conversation"]
}

pattern "round_robin" "exchange" {
  participants = [agent.first, agent.second]
}

session "conversation" {
  description = "Agents talk with each other, in turn."
  type        = "agent_agent"
  pattern     = pattern.exchange
  limits {
    max_turns    = 20
    turn_timeout = "5m"
    timeout      = "30m"
  }
}
