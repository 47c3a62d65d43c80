# A dispatcher announces one task after the other. Those who can do it bid, and
# the best bid does it.

agent "dispatcher" {
  name         = "Dispatcher"
  provider     = local.model
  instructions = file("prompts/dispatcher.md")
  max_tokens   = 200
}

agent "plumber" {
  name         = "Plumber"
  capabilities = ["water", "heating"]
  provider     = local.model
  instructions = "You repair pipes and radiators. Bid from 0 to 10: how sure you are to do it today. Report in one sentence."
  max_tokens   = 100
}

agent "electrician" {
  name         = "Electrician"
  capabilities = ["power", "heating"]
  provider     = local.model
  instructions = "You repair wires and what hangs on them. Bid from 0 to 10: how sure you are to do it today. Report in one sentence."
  max_tokens   = 100
}

pattern "auction" "house" {
  participants = [agent.plumber, agent.electrician]
  manager      = agent.dispatcher
  max_rounds   = 3
  min_score    = 3
}

session "day" {
  type    = "agent_agent"
  pattern = pattern.house
  opening = "It is cold in the meeting room, and the lamp in the hall flickers."
  limits { max_tokens = 100000 }
}
