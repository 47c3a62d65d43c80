provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turns > 'three'" # ERROR AC5004 11-26: Types do not fit
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
