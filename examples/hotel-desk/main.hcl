# A guest writes to a hotel. Whoever is at the desk answers, or hands the guest
# over to a colleague, who then has the guest until he or she hands over again.

agent "concierge" {
  provider     = local.model
  name         = "Concierge"
  description  = "knows the house and the town, and who does what"
  instructions = templatefile("prompts/desk.md", { place = "front desk" })
  max_tokens   = 200
  memory { messages = 40 }
}

agent "bookings" {
  provider     = local.model
  name         = "Bookings"
  description  = "rooms, nights, prices, the bill"
  instructions = templatefile("prompts/desk.md", { place = "bookings" })
  max_tokens   = 200
  memory { messages = 40 }
}

agent "housekeeping" {
  provider     = local.model
  name         = "Housekeeping"
  description  = "everything that is in a room, or is missing there"
  instructions = templatefile("prompts/desk.md", { place = "housekeeping" })
  max_tokens   = 200
  memory { messages = 40 }
}

# The colleagues hand back to the concierge only, so that nobody is sent from
# desk to desk; three handovers for a message of the guest are the most.
pattern "handoff" "desk" {
  participants = [agent.concierge, agent.bookings, agent.housekeeping]
  start        = agent.concierge
  allow = {
    concierge    = [agent.bookings, agent.housekeeping]
    bookings     = [agent.concierge]
    housekeeping = [agent.concierge]
  }
  after_turn   = "user"
  max_handoffs = 3
}

session "stay" {
  type       = "human_agent"
  pattern    = pattern.desk
  open_ended = true
  limits { max_tokens = 100000 }
}
