provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    type = object({ score = number })
  }
}

stop "x" {
  when = "data.a.scor > 1" # ?
}
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
