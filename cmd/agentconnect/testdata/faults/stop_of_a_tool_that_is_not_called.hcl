# FOUND BY explore unfired: stop.booked

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

tool "book" {
  description = "books a room"
  input { type = object({ room = number }) }
  expr { result = "room" }
}

agent "clerk" {
  description  = "writes bookings down"
  provider     = provider.p
  instructions = "Book what was agreed."
  max_tokens   = 50
  tools        = [tool.book]
}

pattern "graph" "stay" {
  node "ask" { run = agent.front }
  node "close" { run = agent.desk }
  node "book" { run = agent.clerk }
  edge {
    from = "ask"
    to   = "book"
    when = "here.turns > 1"
  }
  edge {
    from = "ask"
    to   = "close"
  }
}

stop "booked" { tool = tool.book }

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  stop        = [stop.booked]
  limits {
    max_cost = 1
  }
}
