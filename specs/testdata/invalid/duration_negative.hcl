provider "openai" "p" {
  timeout = "-5s" # ?
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
