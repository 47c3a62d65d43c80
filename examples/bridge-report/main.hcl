# A lead plans, an archivist and a writer carry the plan out. The archive is
# closed, so the lead plans again without it.

agent "lead" {
  name         = "Lead"
  provider     = local.model
  instructions = "You lead a small desk that writes short reports. Plan few steps, each for one person, and answer in at most four sentences."
  max_tokens   = 300
}

agent "archivist" {
  name         = "Archivist"
  description  = "looks things up in the city's archive"
  capabilities = ["archive", "dates"]
  provider     = local.model
  instructions = file("prompts/archivist.md")
  max_tokens   = 150
  output {
    type = object({ ok = bool, found = string })
  }
}

agent "surveyor" {
  name         = "Surveyor"
  description  = "knows bridges by their stones"
  capabilities = ["building"]
  provider     = local.model
  instructions = "Say what can be seen on the bridge itself, and what follows from it. Two sentences."
  max_tokens   = 150
}

agent "writer" {
  name         = "Writer"
  description  = "writes what others have found"
  capabilities = ["prose"]
  provider     = local.model
  instructions = "Write the report from what was found and from nothing else. Three sentences."
  max_tokens   = 200
}

pattern "plan_execute" "desk" {
  participants = [agent.archivist, agent.surveyor, agent.writer]
  planner      = agent.lead
  max_steps    = 4
  max_replans  = 2
}

session "report" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "How old is the stone bridge at the mill, and how do we know?"
  limits {
    max_turns  = 20
    max_tokens = 150000
    timeout    = "5m"
  }
}
