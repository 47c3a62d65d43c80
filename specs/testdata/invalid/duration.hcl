provider "openai" "p" {
  timeout = "60 seconds" # ?
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
