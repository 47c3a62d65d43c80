provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = "now().Year() > 1" # ERROR AC5014 11-14: Unknown function # ERROR AC5014 17-21: Unknown function
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
