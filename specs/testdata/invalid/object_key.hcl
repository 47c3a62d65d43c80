provider "scripted" "p" {
  reply {
    contnt = "x" # ERROR AC2102 5-11: Unknown argument
  }
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
