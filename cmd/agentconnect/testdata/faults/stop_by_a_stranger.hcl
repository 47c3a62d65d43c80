# FOUND BY validate AC6607: skeptic

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

pattern "round_robin" "stay" {
  participants = [agent.front, agent.desk]
  max_rounds   = 2
}

stop "signed" { when = "last.agent == 'skeptic' and last.content contains 'room'" }

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  stop        = [stop.signed]
  limits {
    max_cost = 1
  }
}
