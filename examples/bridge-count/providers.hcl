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
provider "openai" "openai" {}
provider "anthropic" "anthropic" {}
provider "google" "google" {}
provider "ollama" "ollama" {}

locals {
  model = {
    scripted  = provider.script
    openai    = provider.openai
    anthropic = provider.anthropic
    google    = provider.google
    ollama    = provider.ollama
  }[var.vendor]
}
