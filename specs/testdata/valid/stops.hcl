# Each condition, action, outcome, scope and combination.
# BOUND deal: 22 turns, 528 calls
provider "scripted" "p" {}

tool "sign" {
  input { type = object({ name = string }) }
  expr { result = "'signed by ' + name" }
}

agent "seller" {
  provider = provider.p
  tools    = [tool.sign]
}

agent "buyer" { provider = provider.p }

agent "referee" {
  provider = provider.p
  output {
    type = object({ score = number, met = bool })
  }
}

pattern "round_robin" "haggle" {
  participants = [agent.seller, agent.buyer]
  max_rounds   = 10
}

pattern "sequential" "deal" {
  participants = [pattern.haggle, agent.referee]
}

stop "goal" {
  when      = "data.referee.score >= 8"
  outcome   = "achieved"
  min_turns = 2
  reason    = "The deal is good."
}

stop "signed" { tool = tool.sign }

stop "jury" {
  judge    = agent.referee
  criteria = "Both sides made a concrete offer."
  every    = 2
}

stop "circles" {
  repeat  = "content"
  times   = 3
  action  = "finalize"
  outcome = "blocked"
}

stop "talkers" {
  repeat = "speakers"
  times  = 4
  action = "pause"
}

stop "stuck" {
  repeat  = "tool_call"
  times   = 2
  outcome = "failed"
}

stop "either" { any = [stop.goal, stop.signed] }

stop "each" {
  all   = [stop.signed, stop.jury]
  latch = true
}

stop "unsigned" { not = stop.signed }

stop "some" {
  at_least = 2
  of       = [stop.goal, stop.signed, stop.unsigned]
}

stop "haggled" {
  when  = "here.turns > 6"
  scope = pattern.haggle
}

session "deal" {
  type    = "agent_agent"
  pattern = pattern.deal
  stop    = [stop.either, stop.each, stop.circles, stop.talkers, stop.stuck, stop.some, stop.haggled]
  finalize {
    agent  = agent.referee
    prompt = "Sum up in one sentence."
  }
}
