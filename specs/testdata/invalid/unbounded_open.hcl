provider "scripted" "p" {}
agent "a" { provider = provider.p }
human "h" {
  timeout    = "1m"
  on_timeout = "skip"
}
# Without an answer of the person it goes on, so the person does not bound it.
pattern "round_robin" "r" { # ERROR AC7001: Session might never end
  participants = [agent.a, human.h]
}

session "s" {
  type    = "human_agent"
  pattern = pattern.r
  open_ended = true
}
