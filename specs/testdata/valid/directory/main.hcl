provider "scripted" "p" {}

variable "mood" {
  type = string
}

pattern "round_robin" "talk" {
  participants = [agent.a, agent.b]
  max_rounds   = 2
}
