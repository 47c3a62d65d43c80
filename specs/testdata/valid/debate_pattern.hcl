# BOUND motion: 7 turns, 63 calls
provider "scripted" "p" {}
agent "pro" { provider = provider.p }
agent "con" { provider = provider.p }

agent "judge" {
  provider = provider.p
  output {
    type = object({ winner = string })
  }
}

pattern "debate" "motion" {
  participants = [agent.pro, agent.con]
  judge        = agent.judge
  max_rounds   = 3
  until        = "here.rounds >= 2 and last.content contains 'concede'"
}

stop "won" { when = "data.judge.winner == 'pro'" }

session "motion" {
  type    = "agent_agent"
  pattern = pattern.motion
  stop    = [stop.won]
}
