provider "scripted" "p" {}
agent "a" { provider = provider.p }

tool "t" {
  expr { result = "1" }
}
stop "x" {
  tool = tool.t # WARNING AC6605 10-16: Condition is never true
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
