provider "openai" "one_line" { model = "gpt-5-mini" } # LINT unpinned-model

provider "anthropic" "argument" {
  model = "claude-sonnet-5"
  timeout = "30s"
} # LINT unpinned-model

provider "google" "lines" { # LINT unpinned-model
  model = "gemini-2.5-flash"
  timeout = "30s"
}

provider "mistral" "moving" {
  model = "mistral-small-latest" # LINT unpinned-model
}

provider "xai" "pinned" { model = "grok-4" }
provider "groq" "by_agent" {}
provider "mistral" "default_moves" {} # LINT unpinned-model

agent "a" {
  models       = [provider.one_line, provider.argument, provider.lines, provider.moving, provider.pinned, provider.default_moves]
  instructions = "Speak."
  max_tokens   = 300
}

agent "b" {
  provider     = provider.by_agent
  model        = "llama-3.3-70b-versatile"
  instructions = "Listen."
  max_tokens   = 300
}

pattern "sequential" "talk" { participants = [agent.a, agent.b] }

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  limits { max_tokens = 10000 }
}
