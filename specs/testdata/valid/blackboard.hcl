# BOUND case: 12 turns, 108 calls
provider "scripted" "p" {}
agent "finder" {
  provider = provider.p
  output {
    type = object({ clue = string })
  }
}
agent "solver" {
  provider = provider.p
  output {
    type = object({ solved = bool })
  }
}

pattern "blackboard" "case" {
  goal            = "data.solver.solved"
  max_activations = 12
  rule {
    run    = agent.finder
    writes = "clues"
  }
  rule {
    run    = agent.solver
    when   = "turns > 2"
    writes = "solution"
  }
}

session "case" {
  type    = "agent_agent"
  pattern = pattern.case
}
