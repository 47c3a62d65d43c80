# FOUND BY validate AC7002: agent.desk has no max_tokens

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
}

pattern "round_robin" "stay" {
  participants = [agent.front, agent.desk]
  max_rounds   = 2
}

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  limits {
    max_cost = 1
  }
}
