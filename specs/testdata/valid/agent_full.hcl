# Every argument of an agent.
# BOUND chat: 1 turn, 45 calls per message
provider "scripted" "main" {}
provider "scripted" "cheap" {}

tool "add" {
  description = "Adds two numbers"
  input { type = object({ a = number, b = number }) }
  expr { result = "a + b" }
}

agent "analyst" {
  description       = "Reads figures"
  models            = [provider.main, provider.cheap]
  model             = "large"
  name              = "Dr. Analyst"
  personality       = "precise"
  instructions      = <<-EOT
    You read figures.
    You say what they mean.
  EOT
  capabilities      = ["analysis", "arithmetic"]
  interaction_modes = ["human_to_agent"]
  temperature       = 0.2
  top_p             = 0.9
  seed              = 7
  max_tokens        = 500
  stop_sequences    = ["END"]
  tools             = [tool.add]
  max_tool_calls    = 4
  sees              = "addressed"
  output {
    type = object({ answer = string, sure = bool })
  }
  memory {
    keep      = "last"
    messages  = 40
    tokens    = 8000
    summarize = provider.cheap
  }
  limits {
    tokens_per_minute = 10000
    tokens_per_hour   = 100000
    max_turns         = 20
  }
  metadata = { team = "finance", level = 3 }
}

session "chat" {
  type         = "human_agent"
  agent        = agent.analyst
  opening      = "Good day. Which figures?"
  on_busy      = "interrupt"
  lifetime     = "2h"
  idle_timeout = "10m"
  metadata     = { desk = "a" }
}
