# FOUND BY explore untaken: pattern.stay never ends as it is meant to

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

pattern "loop" "stay" {
  participants   = [agent.front, agent.desk]
  until          = "last.agent == 'front' and last.content contains 'room'"
  max_iterations = 3
}

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  limits {
    max_cost = 1
  }
}
