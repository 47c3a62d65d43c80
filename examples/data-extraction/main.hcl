# A document becomes data: one agent reads it into a typed record, another
# checks the record against the document, and the session's result is JSON.

variable "document" {
  type        = string
  description = "The file in inbox/ to read"
  default     = "invoice-0417.txt"
  validation {
    condition     = contains(fileset("inbox", "*.txt"), var.document)
    error_message = "There is no such file in inbox/."
  }
}

agent "reader" {
  provider     = local.model
  instructions = file("prompts/reader.md")
  temperature  = 0
  max_tokens   = 800
  output {
    type = object({
      supplier = string
      number   = string
      issued   = string # 2026-04-17
      due      = string
      currency = string
      lines = list(object({
        text     = string
        quantity = number
        price    = number
        amount   = number
      }))
      net   = number
      tax   = number
      total = number
    })
  }
}

agent "checker" {
  provider     = local.model
  instructions = file("prompts/checker.md")
  temperature  = 0
  max_tokens   = 300
  output {
    type = object({
      consistent = bool
      remarks    = list(string)
    })
  }
}

pattern "sequential" "extraction" {
  participants = [agent.reader, agent.checker]
}

# Money that does not add up is not passed on: the run fails, with status 1.
stop "does_not_add_up" {
  when    = "not data.checker.consistent"
  outcome = "blocked"
  reason  = "The record contradicts itself or the document; a person must look at it."
}

session "extract" {
  type    = "agent_agent"
  pattern = pattern.extraction
  opening = file("inbox/${var.document}")
  stop    = [stop.does_not_add_up]
  result  = "{'document': var.document, 'invoice': data.reader, 'remarks': data.checker.remarks}"
  limits {
    max_turns  = 3
    max_tokens = 20000
    timeout    = "90s"
  }
}
