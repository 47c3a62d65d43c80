# Which models answer. The default is the script in script.hcl: no key, no network.
variable "vendor" {
  type        = string
  description = "scripted, or whose models answer: openai, anthropic, google or ollama"
  default     = "scripted"
  validation {
    condition     = contains(["scripted", "openai", "anthropic", "google", "ollama"], var.vendor)
    error_message = "The vendor must be scripted, openai, anthropic, google or ollama."
  }
}

# Each reads its key from its own variable of the environment, and only when an agent uses it.
provider "openai" "openai" { model = "gpt-5-mini" }
provider "anthropic" "anthropic" { model = "claude-sonnet-5" }
provider "google" "google" { model = "gemini-2.5-flash" }
provider "ollama" "ollama" { model = "llama3.2" }

locals {
  model = {
    scripted  = provider.script
    openai    = provider.openai
    anthropic = provider.anthropic
    google    = provider.google
    ollama    = provider.ollama
  }[var.vendor]
}
