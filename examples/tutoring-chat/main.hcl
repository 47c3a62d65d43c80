# A chat with a maths tutor. Mention the examiner by name and she sets a small
# test instead. Each message of yours gets one answer; "bye" ends the lesson.

variable "topic" {
  type        = string
  description = "What the lesson is about"
  default     = "the slope of a straight line"
}

agent "tutor" {
  name         = "Mina"
  provider     = local.model
  personality  = "encouraging, never gives the answer away, one idea at a time"
  instructions = templatefile("prompts/tutor.md", { topic = var.topic })
  max_tokens   = 250

  # A long lesson does not grow without bound.
  memory {
    keep     = "last"
    messages = 30
    tokens   = 6000
  }
}

agent "examiner" {
  name         = "Dr Weiss"
  provider     = local.model
  personality  = "dry, exact"
  instructions = templatefile("prompts/examiner.md", { topic = var.topic })
  max_tokens   = 200
  memory { messages = 40 }
}

pattern "chat" "lesson" {
  participants = [agent.tutor, agent.examiner]
}

# Weighed when the tutor has said goodbye, so that a farewell gets its answer.
stop "goodbye" {
  when   = "last.agent == 'tutor' and last.content contains 'See you next time'"
  reason = "The lesson is over."
}

session "lesson" {
  type         = "human_agent"
  pattern      = pattern.lesson
  opening      = "Hello! I am Mina. Today it is ${var.topic}. Tell me first, in your own words: what do you think it is?"
  stop         = [stop.goodbye]
  open_ended   = true
  idle_timeout = "20m"
  lifetime     = "2h"
  on_busy      = "enqueue"
  limits { max_tokens = 50000 }
}
