provider "scripted" "p" {
  headers = { X = env("AGENTCONNECT_TEST_UNSET") } # ERROR AC4011 19-23: Environment variable is not set
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
