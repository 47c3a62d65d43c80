# An outage at night. Three specialists look at once, an incident commander
# decides, a person on call may object, somebody acts, and monitoring says
# whether it helped. Not healthy: decide again, twice at most. Then the report.

variable "service" {
  type        = string
  description = "The service in trouble"
}

variable "patience" {
  type        = string
  description = "How long the person on call has to object before the room goes on"
  default     = "10m"
}

agent "metrics" {
  provider     = local.model
  instructions = templatefile("prompts/specialist.md", { field = "dashboards and alerts", service = var.service })
  max_tokens   = 200
}

agent "database" {
  provider     = local.model
  instructions = templatefile("prompts/specialist.md", { field = "the database", service = var.service })
  max_tokens   = 200
}

agent "deploys" {
  provider     = local.model
  instructions = templatefile("prompts/specialist.md", { field = "releases and configuration", service = var.service })
  max_tokens   = 200
}

agent "commander" {
  name         = "Incident commander"
  provider     = local.model
  personality  = "calm, decides"
  instructions = file("prompts/commander.md")
  temperature  = 0
  max_tokens   = 250
  output {
    type = object({
      action       = string
      risky        = bool
      because      = string
      check_within = string
    })
  }
}

human "on_call" {
  prompt     = "Object now, or press enter to let the room go on."
  timeout    = var.patience
  on_timeout = "skip"
}

agent "operator" {
  provider     = local.model
  instructions = "Carry out the commander's last action, unless the person on call objected; then do what they said. Report each step in one line, with the time."
  max_tokens   = 200
}

agent "monitoring" {
  provider     = local.model
  instructions = "Say whether the service is healthy after the last action, with the numbers that show it."
  temperature  = 0
  max_tokens   = 150
  output {
    type = object({
      healthy = bool
      numbers = string
    })
  }
}

agent "scribe" {
  provider     = local.model
  instructions = file("prompts/scribe.md")
  max_tokens   = 500
}

# What the specialists find is shown in this order, whoever is first.
pattern "parallel" "look" {
  participants = [agent.metrics, agent.database, agent.deploys]
}

pattern "graph" "room" {
  start = "look"

  node "look" { run = pattern.look }
  node "decide" {
    run        = agent.commander
    max_visits = 3
  }
  node "ask" {
    run        = human.on_call
    max_visits = 3
  }
  node "act" {
    run        = agent.operator
    max_visits = 3
  }
  node "verify" {
    run        = agent.monitoring
    max_visits = 3
  }
  node "report" { run = agent.scribe }

  edge {
    from = "look"
    to   = "decide"
  }
  edge {
    from = "decide"
    to   = "ask"
    when = "data.commander.risky"
  }
  edge {
    from = "decide"
    to   = "act"
  }
  edge {
    from = "ask"
    to   = "act"
  }
  edge {
    from = "act"
    to   = "verify"
  }
  edge {
    from = "verify"
    to   = "report"
    when = "data.monitoring.healthy or agents['monitoring'].turns == 3"
  }
  edge {
    from = "verify"
    to   = "decide"
  }
}

session "incident" {
  type    = "agent_agent"
  pattern = pattern.room
  opening = "02:47. Page: ${var.service} answers one request in four with an error, rising since 02:31."
  limits {
    max_turns    = 20
    max_tokens   = 60000
    turn_timeout = "15m"
    timeout      = "1h"
  }
}
