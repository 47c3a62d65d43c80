provider "openai" "p" {
  timeout = "60 seconds" # ERROR AC4005 13-25: Invalid duration
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
