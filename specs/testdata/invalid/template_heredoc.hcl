provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = <<-EOT
    One line.
    Then ${var.mood}. # ERROR AC3001 12-20: Unknown reference
  EOT
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
