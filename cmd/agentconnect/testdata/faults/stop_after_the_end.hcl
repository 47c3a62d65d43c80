# FOUND BY explore unfired: stop.late

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

stop "late" { when = "last.content contains 'room' and agents['front'].turns > 2" }

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  stop        = [stop.late]
  limits {
    max_cost = 1
  }
}
