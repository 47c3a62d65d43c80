# A newsroom around one board: a draft, what is wrong with its facts, and
# whether the lawyer lets it pass. Whoever has something new to look at acts.

agent "writer" {
  name         = "Writer"
  provider     = local.model
  instructions = "Write the article, three sentences. If there are findings on the board, mend what they name and give the whole article again."
  max_tokens   = 250
}

agent "checker" {
  name         = "Checker"
  provider     = local.model
  instructions = file("prompts/checker.md")
  temperature  = 0
  max_tokens   = 150
  output {
    type = object({ wrong = number, notes = string })
  }
}

agent "lawyer" {
  name         = "Lawyer"
  provider     = local.model
  instructions = "Say whether printing the draft on the board is risky, and why, in one sentence."
  temperature  = 0
  max_tokens   = 150
  output {
    type = object({ risky = bool, notes = string })
  }
}

pattern "blackboard" "newsroom" {
  max_activations = 10
  goal            = "here.data.facts.wrong == 0 and here.data.law.risky == false"
  rule {
    run    = agent.writer
    writes = "draft"
  }
  rule {
    run    = agent.checker
    when   = "here.data.draft != ''"
    writes = "facts"
  }
  rule {
    run    = agent.lawyer
    when   = "here.data.draft != '' and here.data.facts.wrong == 0"
    writes = "law"
  }
}

session "article" {
  type    = "agent_agent"
  pattern = pattern.newsroom
  opening = "For tomorrow: the new harbour wall is finished. It cost 4.2 million, 0.9 more than planned, and took three winters. The builder is Ost & Sons."
  result  = "agents['writer'].last.content"
  limits {
    max_turns  = 10
    max_tokens = 100000
    timeout    = "5m"
  }
}
