# Each kind of provider and each of its arguments.
# BOUND chat: 1 turn, 105 calls per message
provider "openai" "openai" {
  description         = "The first of the chain"
  model               = "gpt-4.1-mini"
  base_url            = "https://proxy.example.com/v1"
  headers             = { "X-Team" = "research" }
  timeout             = "60s"
  first_token_timeout = "20s"
  retry {
    attempts    = 5
    min_backoff = "500ms"
    max_backoff = "30s"
  }
  limits {
    requests_per_minute = 60
    tokens_per_minute   = 100000
    concurrency         = 8
  }
  price {
    input        = 0.4
    cached_input = 0.1
    output       = 1.6
  }
}

provider "anthropic" "anthropic" {}
provider "google" "google" {}
provider "groq" "groq" {}
provider "mistral" "mistral" {}
provider "xai" "xai" {}
provider "deepseek" "deepseek" {}
provider "openrouter" "openrouter" { model = "meta/llama" }
provider "ollama" "ollama" { model = "llama3.2" }
provider "openai_compatible" "lab" {
  model    = "lab-1"
  base_url = "http://localhost:8000/v1"
}
provider "scripted" "script" {}

agent "everyone" {
  models = [
    provider.openai, provider.anthropic, provider.google, provider.groq, provider.mistral, provider.xai,
    provider.deepseek, provider.openrouter, provider.ollama, provider.lab, provider.script,
  ]
}

session "chat" {
  type  = "human_agent"
  agent = agent.everyone
}
