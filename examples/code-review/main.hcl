# A change goes through review until the lead would merge it, two of three
# reviewers approve, and security has no veto; then the merge note is written.
# The conditions are in stops.hcl.

variable "change" {
  type        = string
  description = "The diff in changes/ that is reviewed"
  default     = "rate-limit.diff"
}

agent "author" {
  provider     = local.model
  instructions = file("prompts/author.md")
  max_tokens   = 500
}

agent "security" {
  provider     = local.model
  instructions = templatefile("prompts/reviewer.md", { eye = "what an attacker could do with it" })
  temperature  = 0
  max_tokens   = 250
  output { type = object({ verdict = string, finding = string }) }
}

agent "performance" {
  provider     = local.model
  instructions = templatefile("prompts/reviewer.md", { eye = "what it costs under load" })
  temperature  = 0
  max_tokens   = 250
  output { type = object({ verdict = string, finding = string }) }
}

agent "clarity" {
  provider     = local.model
  instructions = templatefile("prompts/reviewer.md", { eye = "whether somebody understands it in a year" })
  temperature  = 0
  max_tokens   = 250
  output { type = object({ verdict = string, finding = string }) }
}

agent "lead" {
  provider     = local.model
  instructions = file("prompts/lead.md")
  temperature  = 0
  max_tokens   = 250
  output { type = object({ decision = string, next = string }) }
}

agent "scribe" {
  provider     = local.model
  instructions = "Write the note for the merge: a subject of at most 60 characters, a blank line, what changed and why, and who asked for what."
  max_tokens   = 300
}

# All three at once, then the lead, who has read them.
pattern "parallel" "review" {
  participants = [agent.security, agent.performance, agent.clarity]
  aggregate    = agent.lead
}

# Author, review, author, review, until the lead gives up on it or merges.
pattern "loop" "rounds" {
  participants   = [agent.author, pattern.review]
  until          = "here.data.lead.decision == 'reject'"
  max_iterations = 4
}

session "review" {
  type    = "agent_agent"
  pattern = pattern.rounds
  opening = "Please review this change.\n\n${file("changes/${var.change}")}"
  stop    = [stop.mergeable, stop.enough]
  limits {
    max_turns  = 24
    max_tokens = 80000
    timeout    = "8m"
  }

  # The last turn, whether it ends well or by a limit.
  finalize {
    agent  = agent.scribe
    prompt = "The review is over. Write the note."
  }
}
