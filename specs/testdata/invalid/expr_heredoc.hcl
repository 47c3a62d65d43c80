provider "scripted" "p" {}
agent "a" { provider = provider.p }

stop "x" {
  when = <<-EOT
    turns > 2
    and lst.exists
  EOT
} # ERROR AC5002 9-12 ^^: Unknown name
session "s" {
  type  = "human_agent"
  agent = agent.a
  stop  = [stop.x]
}
