provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "turns > ${1 + 1}" # ERROR AC5011 10-28: Interpolation in an expression
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
