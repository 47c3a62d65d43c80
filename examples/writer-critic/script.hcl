# Three drafts and three verdicts, for the default brief.
provider "scripted" "script" {
  reply {
    agent   = agent.writer
    content = "Great news for all islanders and friends of the sea! After many conversations and much careful planning, we are delighted to announce that our beloved ferry will be sailing more often. Starting in November, you can look forward to departures every single hour. Bicycles are of course welcome on board, for a small fee. See you on deck!"
  }
  reply {
    agent = agent.critic
    data = {
      accept   = false
      feedback = "The last boat back is missing, and so is the price for bicycles: somebody will be stranded at a quarter past ten. Cut the first two sentences; the timetable is the news."
      score    = 4
    }
  }
  reply {
    agent   = agent.writer
    content = "From 1 November the ferry runs every hour instead of every two. Bicycles now cost 2 euros. The last boat back leaves at 22:10, so you can stay for dessert, and for the argument after it. We hope to see you on board."
    usage {
      input_tokens  = 310
      output_tokens = 58
    }
  }
  reply {
    agent = agent.critic
    data = {
      accept   = false
      feedback = "All facts are right now and the dessert may stay. Put the last boat before the bicycles: it is the one fact people must not miss. The final sentence says nothing."
      score    = 7
    }
  }
  reply {
    agent   = agent.writer
    content = "From 1 November the ferry runs every hour, no longer every two. The last boat back is at 22:10: late enough for dessert, not for the argument after it. Bicycles now cost 2 euros."
  }
  reply {
    agent = agent.critic
    data = {
      accept   = true
      feedback = "Readable with one hand, in the rain. Print it."
      score    = 9
    }
  }
}
