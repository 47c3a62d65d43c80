# BOUND desk: 9 turns, 81 calls
provider "scripted" "p" {}
agent "writer" { provider = provider.p }
agent "checker" {
  provider = provider.p
  output {
    type = object({ wrong = number })
  }
}
human "owner" { timeout = "1h" }
pattern "sequential" "press" { participants = [agent.writer] }

pattern "blackboard" "desk" {
  goal            = "here.data.facts.wrong == 0 and here.data.owner contains 'yes'"
  max_activations = 9
  rule {
    run    = agent.writer
    writes = "draft"
  }
  rule {
    run    = agent.checker
    when   = "here.data.draft contains '.' and here.data['draft'] != ''"
    writes = "facts"
  }
  rule {
    run  = human.owner
    when = "here.data.facts.wrong < 3 and data.checker.wrong < 3"
  }
  rule {
    run    = pattern.press
    when   = "here.data.owner != ''"
    writes = "print"
  }
  rule {
    run    = agent.checker
    when   = "here.data.print.any.thing == 1"
    writes = "last look"
  }
}

session "desk" {
  type    = "agent_agent"
  pattern = pattern.desk
}
