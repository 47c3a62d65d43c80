variable "topic" { # LINT missing-description
  type    = string
  default = "tea"
}

provider "scripted" "p" {}

tool "add" { # LINT missing-description
  input { type = object({ a = number, b = number }) }
  expr { result = "a + b" }
}

tool "server" {
  mcp {
    url   = "https://tools.example.com/"
    allow = ["search"]
  }
}

agent "a" {
  provider     = provider.p
  instructions = "Speak of ${var.topic}."
  tools        = [tool.add, tool.server]
  max_tokens   = 300
}

session "one" { # LINT missing-description
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}

session "two" {
  description = "The same at length."
  agent       = agent.a
  limits {
    max_turns  = 9
    max_tokens = 10000
  }
}
