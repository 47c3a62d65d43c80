provider "scripted" "p" {
  retry { attempts = 2 }
}
agent "a" { provider = provider.p }
agent "b" { provider = provider.p }
agent "judge" { provider = provider.p }

pattern "round_robin" "r" {
  participants = [agent.a, agent.b]
  max_rounds   = 3
}
stop "agreed" {
  judge    = agent.judge
  criteria = "They agree."
}
session "far" {
  type    = "agent_agent"
  pattern = pattern.r
  limits {
    max_turns = 25 # WARNING AC6703 17-19: Limit is never reached
    max_calls = 145 # WARNING AC6703 17-20: Limit is never reached
  }
}
session "margin" {
  type    = "agent_agent"
  pattern = pattern.r
  limits {
    max_turns  = 24
    max_calls  = 144
    max_tokens = 100000000
    max_cost   = 10000
    timeout    = "59m"
  }
}
session "judged" {
  type    = "agent_agent"
  pattern = pattern.r
  stop    = [stop.agreed]
  limits { max_calls = 145 }
}
pattern "chat" "talk" { participants = [agent.a] }
session "talk" {
  type    = "human_agent"
  pattern = pattern.talk
  limits { max_turns = 10000 }
}
