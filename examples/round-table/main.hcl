# A host leads a conversation between three people of a small publisher: it
# gives the floor to whoever has something to say next, ends the talk when there
# is a decision, and writes it down.

variable "question" {
  type        = string
  description = "What is talked about"
  default     = "Should we publish the diary of a lighthouse keeper that nobody has heard of?"
}

agent "editor" {
  name         = "Mira"
  description  = "the editor, who has read the manuscript"
  provider     = local.model
  instructions = templatefile("prompts/guest.md", { view = "the text itself: is it good, and what does it still need" })
  max_tokens   = 200
}

agent "sales" {
  name         = "Tomas"
  description  = "sales, who knows what bookshops take"
  provider     = local.model
  instructions = templatefile("prompts/guest.md", { view = "who buys it, in which shops, and how many" })
  max_tokens   = 200
}

agent "rights" {
  name         = "Ines"
  description  = "rights and contracts"
  provider     = local.model
  instructions = templatefile("prompts/guest.md", { view = "who owns the diary, and what may be printed" })
  max_tokens   = 200
}

agent "host" {
  name         = "The host"
  provider     = local.model
  instructions = file("prompts/host.md")
  max_tokens   = 300
}

pattern "moderated" "table" {
  participants = [agent.editor, agent.sales, agent.rights]
  chair        = agent.host
  fallback     = agent.editor
  max_rounds   = 8
}

session "table" {
  type    = "agent_agent"
  pattern = pattern.table
  opening = var.question
  limits {
    max_turns  = 10
    max_tokens = 200000
    timeout    = "5m"
  }
}
