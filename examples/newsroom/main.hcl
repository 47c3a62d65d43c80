# An editor has a question answered by a small newsroom: whoever is needed gets
# a task, several at once, and what they find becomes one short piece.

variable "question" {
  type        = string
  description = "What the readers want to know"
  default     = "Why do the trams on line 4 run late since March?"
}

agent "editor" {
  provider     = local.model
  name         = "Editor"
  instructions = file("prompts/editor.md")
  max_tokens   = 400
}

agent "reporter" {
  provider     = local.model
  name         = "Reporter"
  description  = "asks people and goes there"
  instructions = templatefile("prompts/worker.md", { work = "You report: whom you asked and what you saw." })
  max_tokens   = 250
}

agent "archivist" {
  provider     = local.model
  name         = "Archivist"
  description  = "finds figures, documents and what was written before"
  instructions = templatefile("prompts/worker.md", { work = "You search the archive: figures and documents, with their dates." })
  max_tokens   = 250
}

agent "checker" {
  provider     = local.model
  name         = "Checker"
  instructions = templatefile("prompts/worker.md", { work = "You list what in a text is not proven." })
  max_tokens   = 200
}

agent "copy_desk" {
  provider     = local.model
  name         = "Copy desk"
  instructions = templatefile("prompts/worker.md", { work = "You give the text back, mended by what the checker found." })
  max_tokens   = 300
}

# A worker may be a pattern: its result is the result of the task.
pattern "sequential" "proof" {
  description  = "checks a finished text and mends it"
  participants = [agent.checker, agent.copy_desk]
}

pattern "supervisor" "newsroom" {
  manager         = agent.editor
  workers         = [agent.reporter, agent.archivist, pattern.proof]
  max_delegations = 5
  on_error        = "skip"
}

session "piece" {
  type    = "agent_agent"
  pattern = pattern.newsroom
  opening = var.question
  limits {
    max_turns  = 12
    max_tokens = 200000
    timeout    = "5m"
  }
}
