# FOUND BY validate AC7001: ask: agent.front → look: agent.desk

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

pattern "graph" "stay" {
  node "ask" { run = agent.front }
  node "look" { run = agent.desk }
  edge {
    from = "ask"
    to   = "look"
  }
  edge {
    from = "look"
    to   = "ask"
  }
}

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
  limits {
    max_cost = 1
  }
}
