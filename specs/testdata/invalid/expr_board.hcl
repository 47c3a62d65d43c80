provider "scripted" "p" {}
agent "writer" { provider = provider.p }
agent "checker" {
  provider = provider.p
  output {
    type = object({ wrong = number })
  }
}

pattern "blackboard" "desk" {
  goal            = "here.data.fact.wrong == 0" # ERROR AC5007: Unknown participant
  max_activations = 9
  rule {
    run    = agent.writer
    writes = "draft"
  }
  rule {
    run    = agent.checker
    when   = "here.data.draft > 3" # ERROR AC5004: Types do not fit
    writes = "facts"
  }
  rule {
    run  = agent.writer
    when = "here.data.facts.wrongs > 0" # ERROR AC5003: Unknown field
  }
}
pattern "sequential" "other" {
  participants = [pattern.desk]
}

session "desk" {
  type    = "agent_agent"
  pattern = pattern.other
}
