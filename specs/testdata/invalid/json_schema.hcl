provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    schema = "[1, 2" # ERROR AC4010 14-21: Invalid JSON schema
  }
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
