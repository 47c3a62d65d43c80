variable "topic" {
  type    = string
  default = "x"
}
provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = "About ${var.topik} and ${var.topic}" # ERROR AC3001 27-36: Unknown reference
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
