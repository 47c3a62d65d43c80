# What the test files beside it are about.
variable "topic" {
  type    = string
  default = "bridges"
  validation {
    condition     = length(var.topic) > 3
    error_message = "The topic must be a word."
  }
}

variable "rounds" {
  type    = number
  default = 2
}

provider "openai" "fast" {
  model = "gpt-5-mini"
}

provider "scripted" "script" {
  reply { content = "Yes." }
}

agent "writer" {
  provider     = provider.fast
  instructions = "Write about ${var.topic}."
  max_tokens   = 100
  tools        = [tool.look, tool.files, tool.sum]
}

agent "critic" {
  provider     = provider.script
  instructions = "Judge it."
  max_tokens   = 100
  output {
    type = object({ score = number })
  }
}

human "ann" {
  timeout = "5m"
}

tool "look" {
  description = "Looks it up."
  approval    = "always"
  http {
    url = "https://example.com/look"
  }
  input {
    type = object({ word = string })
  }
}

tool "files" {
  mcp {
    command = ["files"]
  }
}

tool "sum" {
  description = "Adds."
  expr {
    result = "a + b"
  }
  input {
    type = object({ a = number, b = number })
  }
}

pattern "round_robin" "talk" {
  participants = [agent.writer, human.ann, agent.critic]
  max_rounds   = var.rounds
}

stop "good" {
  when = "data.critic.score >= 8"
}

session "one" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.good]
}

session "two" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin again."
}
