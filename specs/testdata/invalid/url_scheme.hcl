provider "openai_compatible" "p" {
  model    = "m"
  base_url = "localhost:8000" # ERROR AC6002 14-30: Invalid address
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
