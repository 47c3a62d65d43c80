# Three friends look for a name. Who speaks next is drawn, by a seed: each run
# draws the same.

variable "seed" {
  type        = number
  description = "Another number is another order"
  default     = 6
}

agent "ida" {
  name         = "Ida"
  provider     = local.model
  instructions = templatefile("prompts/friend.md", { taste = "names of birds, and short ones" })
  max_tokens   = 60
}

agent "jon" {
  name         = "Jon"
  provider     = local.model
  instructions = templatefile("prompts/friend.md", { taste = "jokes, as long as they can be explained to a harbour master" })
  max_tokens   = 60
}

agent "per" {
  name         = "Per"
  provider     = local.model
  instructions = templatefile("prompts/friend.md", { taste = "what can be understood over the radio in a storm" })
  max_tokens   = 60
}

pattern "random" "talk" {
  participants = [agent.ida, agent.jon, agent.per]
  seed         = var.seed
  max_rounds   = 2
}

stop "named" {
  when   = "last.content contains 'Agreed'"
  reason = "Somebody agrees."
}

session "boat" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "The boat is painted and has no name. What shall it be?"
  stop    = [stop.named]
  limits { max_tokens = 15000 }
}
