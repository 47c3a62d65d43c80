provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Judge  the essay."
  max_tokens   = 300
}

agent "b" { # LINT duplicate-instructions
  provider     = provider.p
  instructions = <<-EOT
    Judge
    the essay.
  EOT
  max_tokens   = 300
}

agent "c" {
  provider     = provider.p
  instructions = "Judge the essay."
  personality  = "strict"
  max_tokens   = 300
}

agent "d" {
  provider     = provider.p
  instructions = "Judge the essay."
  temperature  = 1.5
  max_tokens   = 300
}

pattern "parallel" "jury" { participants = [agent.a, agent.b, agent.c, agent.d] }

session "s" {
  type    = "agent_agent"
  pattern = pattern.jury
  opening = "Begin."
  limits { max_tokens = 10000 }
}
