# Four agents and a person vote on a release. The person's vote counts twice;
# a tie means waiting. What is decided without the last ballots is not waited
# for.

variable "patience" {
  type        = string
  description = "How long the release manager may take"
  default     = "200ms"
}

agent "tests" {
  name         = "Tests"
  provider     = local.model
  instructions = templatefile("prompts/voter.md", { view = "what the tests say, and what they do not cover" })
  max_tokens   = 120
}

agent "security" {
  name         = "Security"
  provider     = local.model
  instructions = templatefile("prompts/voter.md", { view = "what an attacker gains" })
  max_tokens   = 120
}

agent "support" {
  name         = "Support"
  provider     = local.model
  instructions = templatefile("prompts/voter.md", { view = "what customers wait for, and who answers them on a Friday" })
  max_tokens   = 120
}

agent "operations" {
  name         = "Operations"
  provider     = local.model
  instructions = templatefile("prompts/voter.md", { view = "whether it can be taken back" })
  max_tokens   = 120
}

human "manager" {
  description = "the release manager"
  prompt      = "ship or wait?"
  timeout     = var.patience
  on_timeout  = "skip"
}

pattern "vote" "release" {
  participants = [agent.tests, agent.security, agent.support, agent.operations, human.manager]
  choices      = ["ship", "wait"]
  weights      = { manager = 2 }
  tie          = "wait"
}

stop "waits" {
  when    = "last.data.outcome == 'wait'"
  outcome = "blocked"
  reason  = "The vote is to wait."
}

session "release_vote" {
  type    = "agent_agent"
  pattern = pattern.release
  opening = "Version 2.4 is built: the tests passed, two of the new ones twice only on the second try. It is Friday, 15:20. Ship it today?"
  stop    = [stop.waits]
  result  = "last.data.outcome"
  limits {
    max_turns  = 8
    max_tokens = 60000
    timeout    = "15m"
  }
}
