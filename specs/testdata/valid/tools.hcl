# Each kind of tool.
# BOUND desk: 1 turn, 33 calls per message
variable "token" {
  type      = string
  sensitive = true
  default   = "abc"
}

provider "scripted" "p" {}

tool "files" {
  description = "Files of the project"
  mcp {
    command = ["mcp-files", "--read-only"]
    allow   = ["read", "list"]
    env     = { FILES_TOKEN = var.token }
  }
  timeout    = "20s"
  max_result = 32768
}

tool "search" {
  mcp {
    url     = "https://search.example.com/mcp"
    headers = { Authorization = bearer(var.token) }
  }
  approval = "never"
}

tool "ticket" {
  description = "Opens a ticket"
  input {
    type = object({ project = string, title = string, body = optional(string) })
  }
  http {
    method  = "POST"
    url     = "https://tickets.example.com/projects/{project}"
    headers = { Authorization = bearer(var.token) }
    query   = { title = "{title}" }
  }
  approval   = "always"
  idempotent = true
}

tool "interest" {
  description = "Compound interest"
  input {
    type = object({ sum = number, rate = number, years = number })
  }
  expr { result = "sum * (1 + rate) ** years" }
}

agent "clerk" {
  provider = provider.p
  tools    = [tool.files, tool.search, tool.ticket, tool.interest]
}

session "desk" {
  type  = "human_agent"
  agent = agent.clerk
}
