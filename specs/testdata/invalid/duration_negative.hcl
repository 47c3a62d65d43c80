provider "openai" "p" {
  timeout = "-5s" # ERROR AC4004 13-18: Value is out of range
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
