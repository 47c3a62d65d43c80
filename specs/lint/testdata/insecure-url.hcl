provider "openai_compatible" "far" {
  model    = "m"
  base_url = "http://models.example.com/v1" # LINT insecure-url
}

provider "openai_compatible" "near" {
  model    = "m"
  base_url = "http://localhost:8000/v1"
}

provider "openai_compatible" "network" {
  model    = "m"
  base_url = "http://10.0.0.7:8000/v1"
}

provider "openai_compatible" "service" {
  model    = "m"
  base_url = "http://models:8000/v1"
}

tool "web" {
  description = "Looks it up."
  http { url = "http://web.example.com/" } # LINT insecure-url
}

tool "server" {
  mcp {
    url   = "http://tools.example.com/" # LINT insecure-url
    allow = ["search"]
  }
}

agent "a" {
  models       = [provider.far, provider.near, provider.network, provider.service]
  instructions = "Speak."
  tools        = [tool.web, tool.server]
  max_tokens   = 300
}

session "s" {
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
