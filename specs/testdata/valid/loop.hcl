# BOUND work: 13 turns, 117 calls
provider "scripted" "p" {}
agent "writer" { provider = provider.p }

agent "critic" {
  provider = provider.p
  output {
    type = object({ accept = bool, feedback = string, score = number })
  }
}

agent "proofreader" { provider = provider.p }

pattern "loop" "draft" {
  participants   = [agent.writer]
  critic         = agent.critic
  max_iterations = 4
  keep           = "best"
}

pattern "loop" "proof" {
  participants   = [agent.proofreader]
  until          = "here.last.content contains 'no errors' or here.turns >= 3"
  max_iterations = 5
}

pattern "sequential" "work" {
  participants = [pattern.draft, pattern.proof]
}

session "work" {
  type    = "agent_agent"
  pattern = pattern.work
}
