# A variable chooses who answers; the script that is not chosen keeps quiet.
# BOUND talk: 2 turns, 18 calls
variable "vendor" {
  type    = string
  default = "openai"
}
provider "openai" "openai" {}
provider "scripted" "script" {
  reply {
    agent   = agent.a
    content = "Good morning."
  }
}
agent "a" { provider = var.vendor == "scripted" ? provider.script : provider.openai }

pattern "round_robin" "talk" {
  participants = [agent.a]
  max_rounds   = 2
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
}
