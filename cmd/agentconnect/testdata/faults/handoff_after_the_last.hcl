# FOUND BY explore untaken: in pattern.stay desk never hands over to front

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

pattern "handoff" "stay" {
  participants = [agent.front, agent.desk]
  max_handoffs = 1
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
