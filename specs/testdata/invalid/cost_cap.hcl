provider "openai" "p" {
  price {
    input  = 1
    output = 2
  }
}
agent "a" {
  provider = provider.p
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  limits {
    max_cost = 1 # ERROR AC7002: Cost cannot be bounded
  }
}
