provider "scripted" "p" {
  strict = "maybe" # ERROR AC4002 12-19: Wrong type
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
