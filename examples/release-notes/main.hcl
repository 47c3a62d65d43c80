# The files in changes/ become release notes: three writers at once, an editor
# who sees only what they wrote, and a post that is redone until it is short.

variable "version" {
  type        = string
  description = "The version that is released"
}

variable "post_limit" {
  type        = number
  description = "How many characters the post may have"
  default     = 240
}

locals {
  changes = join("\n\n", [for name in fileset("changes", "*.md") : trimspace(file("changes/${name}"))])
}

agent "features" {
  provider     = local.model
  instructions = templatefile("prompts/section.md", { section = "New", about = "what people can do now that they could not do before" })
  max_tokens   = 250
}

agent "fixes" {
  provider     = local.model
  instructions = templatefile("prompts/section.md", { section = "Fixed", about = "what was broken and works" })
  max_tokens   = 250
}

agent "upgrading" {
  provider     = local.model
  instructions = templatefile("prompts/section.md", { section = "Before you upgrade", about = "what somebody must do or know first" })
  max_tokens   = 250
}

agent "editor" {
  provider     = local.model
  personality  = "cuts"
  instructions = "Make one text of the sections, under the title Tideline ${var.version}. Most important first, nothing twice, no exclamation marks."
  max_tokens   = 500
}

agent "announcer" {
  provider     = local.model
  instructions = "Write a post about the release: at most ${var.post_limit} characters, one reason to upgrade. If your last one was too long, write a shorter one."
  max_tokens   = 200
}

pattern "parallel" "sections" {
  participants = [agent.features, agent.fixes, agent.upgrading]
  result       = "all"
}

pattern "loop" "post" {
  participants   = [agent.announcer]
  until          = "len(here.last.content) <= var.post_limit"
  max_iterations = 3
}

pattern "sequential" "release" {
  participants = [pattern.sections, agent.editor, pattern.post]
  context      = "previous"
}

session "release" {
  type    = "agent_agent"
  pattern = pattern.release
  opening = "The changes since the last release:\n\n${local.changes}"
  result  = "{'notes': agents['editor'].last.content, 'post': agents['announcer'].last.content}"
  limits {
    max_turns  = 8
    max_tokens = 60000
    timeout    = "3m"
  }
}
