# The experts take different times; the transcript has them in declared order.
provider "scripted" "script" {
  reply {
    agent   = agent.money
    delay   = "300ms"
    content = "Your margin last year was eleven percent, so a fifth less time does not fit unless a third of it comes back as focus. Studios that tried report about two thirds. That leaves a gap of seven percent: survivable in a good year, not in a bad quarter. I would change my mind with three months of wages in the bank before you start."
  }
  reply {
    agent   = agent.people
    delay   = "80ms"
    content = "Yes. You lost two seniors in eighteen months, and replacing one costs you about half a year's salary; one departure prevented pays for a good part of this. But it must be the same for everyone. If the two project leads end up answering mail on Fridays, you have a perk for twelve and a resentment for two."
  }
  reply {
    agent   = agent.clients
    delay   = "180ms"
    content = "Clients do not notice which day you are closed; they notice not knowing. Three of your five largest accounts have a fixed slot on Fridays, so close on Mondays or take turns. I would say no only if the retainer with the museum, which asks for an answer within four hours, cannot be rewritten."
  }
  reply {
    agent   = agent.doubt
    delay   = "20ms"
    content = "It will not fail loudly. It fails in April: everybody is proud, the week is full of meetings moved from the fifth day, and the work slides into evenings nobody counts. You will then be too fond of the idea to measure it. Decide today what number would make you stop, and who is allowed to say it."
  }
  reply {
    agent = agent.chair
    data = {
      recommendation = "Run it as a trial from January to June, closed on Mondays, with the end date announced on the first day. Ingrid's gap is the hardest fact on the table, so the trial waits until the reserve is there."
      confidence     = 0.7
      conditions = [
        "three months of wages in reserve on the first of January",
        "the four-hour clause with the museum rewritten before the start",
        "the project leads have the same day off, checked every month",
        "a stop rule in writing: average week above 36 hours, or margin below six percent for a quarter",
      ]
    }
  }
}
