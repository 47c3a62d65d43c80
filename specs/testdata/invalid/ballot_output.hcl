provider "scripted" "p" {}
agent "a" {
  provider = provider.p
  output {
    type = object({ choise = string })
  }
}
pattern "vote" "v" {
  participants = [agent.a] # ERROR AC6514 19-26: Output lacks a field
  choices      = ["ship", "wait"]
  tie          = "first"
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.v
}
