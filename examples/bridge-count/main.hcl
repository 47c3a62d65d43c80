# A lead keeps a ledger of facts and a plan, and in each round tells one of the
# others what to do. When nothing moves it writes the ledger anew.

agent "lead" {
  name         = "Lead"
  provider     = local.model
  instructions = file("prompts/lead.md")
  max_tokens   = 300
}

agent "registry" {
  name         = "Registry"
  description  = "has the city's list of bridges, without their age"
  capabilities = ["lists"]
  provider     = local.model
  instructions = "Answer from the list of bridges alone, in one sentence."
  max_tokens   = 100
}

agent "survey" {
  name         = "Survey"
  description  = "has seen each bridge, and dates it by its stones"
  capabilities = ["building"]
  provider     = local.model
  instructions = "Say how old the bridges are that you are asked about, in one sentence."
  max_tokens   = 100
}

pattern "magentic" "desk" {
  participants = [agent.registry, agent.survey]
  manager      = agent.lead
  max_rounds   = 4
  max_resets   = 1
  max_stalls   = 1
}

session "count" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "How many of the city's bridges are older than the town hall, which is of 1712?"
  limits { max_tokens = 120000 }
}
