provider "scripted" "p" {
  strict = "maybe" # ?
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
