provider "openai_compatible" "p" {
  model    = "m"
  base_url = "localhost:8000" # ?
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
