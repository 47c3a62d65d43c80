variable "key" {
  description = "The key."
  type        = string
  sensitive   = true
  default     = "sk-live-0123456789" # LINT secret-in-file
}

variable "empty" {
  description = "Another key."
  type        = string
  sensitive   = true
  default     = ""
}

provider "openai" "written" {
  model   = "gpt-5-mini"
  api_key = "sk-live-0123456789" # LINT secret-in-file
}

provider "openai" "named" {
  model   = "gpt-5-mini"
  api_key = var.key
  headers = { "X-Api-Key" = var.empty, "X-Team" = "blue" }
}

provider "openai" "headers" {
  model   = "gpt-5-mini"
  headers = { "X-Api-Key" = "0123456789" } # LINT secret-in-file
}

tool "web" {
  description = "Looks it up."
  http {
    url     = "https://web.example/"
    headers = { Authorization = bearer("0123456789") } # LINT secret-in-file
  }
}

tool "clean" {
  description = "Looks it up elsewhere."
  http {
    url     = "https://web.example/"
    headers = { Authorization = bearer(env("WEB_TOKEN")) }
  }
}

agent "a" {
  models       = [provider.written, provider.named, provider.headers]
  instructions = "Speak."
  tools        = [tool.web, tool.clean]
  max_tokens   = 300
}

session "s" {
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
