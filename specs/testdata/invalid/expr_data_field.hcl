provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    type = object({ score = number })
  }
}

stop "x" {
  when = "data.a.scor > 1" # ERROR AC5003 18-22: Unknown field
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
