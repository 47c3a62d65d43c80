provider "openai" "p" {
  retry {
    min_backoff = "10s" # ERROR AC6102 19-24: Backoff ends before it begins
    max_backoff = "1s"
  }
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
