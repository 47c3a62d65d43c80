# One conversation on all dialects: -var provider=... says whose models speak.

variable "provider" {
  type        = string
  description = "The kind of provider that answers"
  default     = "openai"
}

variable "url" {
  type        = string
  description = "Where all vendors are, in place of their own addresses"
}

locals {
  key = env("VENDOR_KEY")
  models = {
    openai            = provider.openai
    anthropic         = provider.anthropic
    google            = provider.google
    groq              = provider.groq
    mistral           = provider.mistral
    xai               = provider.xai
    deepseek          = provider.deepseek
    openrouter        = provider.openrouter
    ollama            = provider.ollama
    openai_compatible = provider.own
  }
}

provider "openai" "openai" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "anthropic" "anthropic" {
  api_key  = local.key
  base_url = var.url
}
provider "google" "google" {
  api_key  = local.key
  base_url = var.url
}
provider "groq" "groq" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "mistral" "mistral" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "xai" "xai" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "deepseek" "deepseek" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "openrouter" "openrouter" {
  api_key  = local.key
  base_url = "${var.url}/v1"
}
provider "ollama" "ollama" {
  base_url = "${var.url}/v1"
}
provider "openai_compatible" "own" {
  base_url = "${var.url}/v1"
  model    = "house-model"
  headers  = { "X-Api-Key" = local.key }
}

agent "ada" {
  name         = "Ada"
  provider     = local.models[var.provider]
  instructions = "You are for it."
  max_tokens   = 500
}

agent "bruno" {
  name         = "Bruno"
  provider     = local.models[var.provider]
  instructions = "You are against it."
  max_tokens   = 500
}

pattern "round_robin" "talk" {
  participants = [agent.ada, agent.bruno]
  max_rounds   = 2
}

session "talk" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Should cats vote?"
}
