# FOUND BY lint no-budget: session.stay

provider "openai" "p" {
  model = "gpt-4o-2024-08-06"
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
  max_rounds   = 200
}

session "stay" {
  description = "A guest asks."
  pattern     = pattern.stay
  opening     = "Do you have a room?"
}
