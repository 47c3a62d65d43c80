# The editor calls two at once, then has the text proved. The archivist fails
# with -var archive=closed, and the editor goes on without.
variable "archive" {
  type        = string
  description = "open, or closed: then the archivist's call fails"
  default     = "open"
  validation {
    condition     = contains(["open", "closed"], var.archive)
    error_message = "The archive is open or closed."
  }
}

provider "scripted" "script" {
  reply {
    agent = agent.editor
    tool_call {
      name      = "reporter"
      arguments = { task = "Trams of line 4 run late since March. Ask the drivers at the depot and the operator why." }
    }
    tool_call {
      name      = "archivist"
      arguments = { task = "Delays of tram line 4 since January: figures by month, and any notice of works on the line." }
    }
  }
  reply {
    agent   = agent.reporter
    content = "Three drivers say the same: since 4 March they stop twice at Mill Bridge, where the track is single. The operator confirms it and speaks of work until June."
    delay   = "300ms"
  }
  reply {
    agent   = agent.archivist
    when    = "var.archive == 'open'"
    content = "Mean delay: January 1.8 minutes, February 1.9, March 6.4. Notice 31 of the works office, 20 February: one track of Mill Bridge is closed from 4 March to 28 June."
  }
  fail {
    when = "agent == 'archivist' and var.archive == 'closed'"
    kind = "refusal"
  }
  reply {
    agent = agent.editor
    tool_call {
      name      = "proof"
      arguments = { task = "Prove and mend: Trams on line 4 are late because one track of Mill Bridge is closed since March. They will be on time again in June." }
    }
  }
  reply {
    agent   = agent.checker
    content = "Proven: the closed track, since 4 March. Not proven: that trams will be on time in June; the operator only says that the work ends then."
  }
  reply {
    agent   = agent.copy_desk
    content = "Trams on line 4 are late because one track of Mill Bridge has been closed since 4 March. The work is to end in June."
  }
  reply {
    agent   = agent.editor
    content = "Trams on line 4 are late because one track of Mill Bridge has been closed since 4 March, and trams from both sides wait for each other there. The work is to end in June."
  }
}
