# FOUND BY explore silent: agent.night

provider "scripted" "p" {
  price {
    input  = 1
    output = 2
  }
  retry { attempts = 1 }
}

agent "front" {
  description  = "greets guests"
  provider     = provider.p
  instructions = "Answer the guest, or hand over."
  max_tokens   = 50
}

agent "desk" {
  description  = "books rooms"
  provider     = provider.p
  instructions = "Book and cancel rooms."
  max_tokens   = 50
}

agent "night" {
  description  = "helps at night"
  provider     = provider.p
  instructions = "Help at night."
  max_tokens   = 50
}

pattern "handoff" "stay" {
  participants = [agent.front, agent.desk, agent.night]
  allow = {
    front = [agent.desk]
    desk  = [agent.front]
    night = [agent.front]
  }
  max_handoffs = 2
  max_turns    = 4
}

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  limits {
    max_cost = 1
  }
}
