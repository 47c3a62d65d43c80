provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  sees     = "al" # ?
}
human "h" {
  timeout    = "1m"
  on_timeout = "skp" # ?
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
