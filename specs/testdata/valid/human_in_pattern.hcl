# A person takes turns; an agent_agent session may contain people.
# BOUND interview: 10 turns, 45 calls
provider "scripted" "p" {}
agent "interviewer" { provider = provider.p }
human "guest" {
  timeout    = "2m"
  on_timeout = "skip"
}

pattern "round_robin" "interview" {
  participants = [agent.interviewer, human.guest]
  max_rounds   = 5
}

session "interview" {
  type    = "agent_agent"
  pattern = pattern.interview
}
