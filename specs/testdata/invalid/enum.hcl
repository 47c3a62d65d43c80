provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  sees     = "al" # ERROR AC4003 14-18: Value is not allowed
}
human "h" {
  timeout    = "1m"
  on_timeout = "skp" # ERROR AC4003 16-21: Value is not allowed
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
