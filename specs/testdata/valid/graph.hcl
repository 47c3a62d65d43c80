# BOUND flow: 7 turns, 63 calls
provider "scripted" "p" {}
agent "writer" { provider = provider.p }

agent "reviewer" {
  provider = provider.p
  output {
    type = object({ ok = bool })
  }
}

agent "publisher" { provider = provider.p }

pattern "graph" "flow" {
  start = "draft"
  node "draft" {
    run        = agent.writer
    max_visits = 3
  }
  node "review" { run = agent.reviewer }
  node "publish" { run = agent.publisher }
  edge {
    from = "draft"
    to   = "review"
  }
  edge {
    from = "review"
    to   = "publish"
    when = "data.reviewer.ok"
  }
  edge {
    from = "review"
    to   = "draft"
  }
}

session "flow" {
  type    = "agent_agent"
  pattern = pattern.flow
}
