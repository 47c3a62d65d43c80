provider "openai" "v" {
  model = "gpt-4.1-mini"
  price {
    input  = 1
    output = 2
  }
}
agent "a" {
  provider   = provider.v
  max_tokens = 100
}
agent "b" {
  provider   = provider.v
  max_tokens = 100
}
locals { most = 50 }
pattern "round_robin" "inner" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}
pattern "loop" "work" {
  participants   = [pattern.inner]
  until          = "here.turns > 12 or last.content contains 'DONE'" # WARNING AC6605 21-36: Condition is never true
  max_iterations = 3
}
pattern "graph" "steps" {
  node "one" { run = agent.a }
  node "two" { run = agent.b }
  edge {
    from = "one"
    to   = "two"
    when = "turns >= 3" # WARNING AC6605 13-23: Condition is never true
  }
  edge {
    from = "two"
    to   = "one"
    when = "turns > 1"
  }
  edge {
    from = "one"
    to   = "two"
  }
  edge {
    from = "two"
    to   = "two"
  }
  max_turns = 2
}
stop "reached" { when = "turns >= 12 or calls >= 1 or usage.cost > 0.01 or elapsed > 60" }
stop "over" {
  when = "turns > 12" # WARNING AC6605 11-21: Condition is never true
}
stop "equal" {
  when = "12 < turns && last.exists" # WARNING AC6605 11-21: Condition is never true
}
stop "part" {
  when = "last.content contains 'é' or turns == local.most" # WARNING AC6605 40-59: Condition is never true
}
stop "inside" {
  when  = "here.turns >= 5 or here.rounds > 2 or here.rounds >= 2" # WARNING AC6605 12-27: Condition is never true # WARNING AC6605 31-46: Condition is never true
  scope = pattern.inner
}
stop "opposite" {
  when = "not (turns <= 12) and last.exists" # WARNING AC6605 10-45: Condition is never true
}
stop "true" { when = "turns < 1000 or last.content == 'x'" }
stop "never" {
  not = stop.true # WARNING AC6605 9-18: Condition is never true
}
stop "dear" {
  when = "usage.cost > 10 or usage.total_tokens >= 1e7" # WARNING AC6605 11-26: Condition is never true # WARNING AC6605 30-55: Condition is never true
}
stop "one" {
  when = "agents['a'].turns > 12 or agents['a'].turns == 6 or agents['b'].tokens > 1000000" # WARNING AC6605 11-33: Condition is never true # WARNING AC6605 63-91: Condition is never true
}
stop "time" {
  when = "elapsed > 60 * 60 or elapsed > 10 * 60" # WARNING AC6605 11-28: Condition is never true
}
stop "shared" { when = "turns > 12" }
stop "either" { any = [stop.over, stop.reached] }
stop "both" { all = [stop.over, stop.reached] }
session "s" {
  pattern = pattern.work
  opening = "Begin."
  stop    = [stop.reached, stop.over, stop.equal, stop.part, stop.inside, stop.opposite, stop.never, stop.dear, stop.one, stop.time, stop.shared, stop.either, stop.both]
  limits {
    timeout   = "10m"
    max_turns = 30 # WARNING AC6703 17-19: Limit is never reached
    max_calls = 20
  }
}
pattern "round_robin" "long" {
  participants = [agent.a, agent.b]
  max_rounds   = 10
}
session "long" {
  pattern = pattern.long
  opening = "Begin."
  stop    = [stop.shared]
  limits { max_turns = 24 }
}
session "walk" {
  pattern = pattern.steps
  opening = "Begin."
}
pattern "chat" "talk" { participants = [agent.a] }
stop "many" { when = "turns > 1000 or usage.total_tokens > 1000000000" }
session "open" {
  pattern    = pattern.talk
  open_ended = true
  stop       = [stop.many]
}
provider "scripted" "free" {}
agent "c" {
  provider   = provider.free
  max_tokens = 10
}
pattern "sequential" "once" { participants = [agent.c] }
stop "paid" { when = "usage.cost > 1" }
session "free" {
  pattern = pattern.once
  opening = "Begin."
  stop    = [stop.paid]
}
