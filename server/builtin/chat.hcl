# The conversation of a person with one agent, for requests that name no
# template. The agents of the request stand in the place of the one below.

provider "scripted" "scripted" {}

agent "assistant" {
  provider     = provider.scripted
  capabilities = ["conversation"]
}

pattern "chat" "talk" {
  participants = [agent.assistant]
}

session "chat" {
  description = "A person talks with one agent."
  type        = "human_agent"
  pattern     = pattern.talk
  open_ended  = true
  limits {
    max_turns    = 1000
    turn_timeout = "5m"
  }
}
