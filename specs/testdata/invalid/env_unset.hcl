provider "scripted" "p" {
  headers = { X = env("AGENTCONNECT_TEST_UNSET") } # ?
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
