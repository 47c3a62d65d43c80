provider "anthropic" "p" {}
agent "a" {
  provider    = provider.p
  temperature = 1.5 # ERROR AC6202 17-20: Temperature out of range
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
