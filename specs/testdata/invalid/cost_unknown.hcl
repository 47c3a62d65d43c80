provider "openai" "p" {
  model = "a-model-of-no-known-price"
}
agent "a" {
  provider = provider.p
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  limits {
    max_cost = 1 # ERROR AC7002 16-17: Cost cannot be bounded # ERROR AC7002: Cost cannot be bounded
  }
}
