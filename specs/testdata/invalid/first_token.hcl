provider "openai" "p" {
  timeout             = "10s"
  first_token_timeout = "20s" # WARNING AC6103 25-30: Limit is never reached
}
agent "a" { provider = provider.p }

session "s" {
  type  = "human_agent"
  agent = agent.a
}
