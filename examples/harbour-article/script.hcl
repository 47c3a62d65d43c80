# Two drafts: the first has a wrong number in it, and the lawyer never sees it.
provider "scripted" "script" {
  reply {
    agent   = agent.writer
    content = "The harbour wall is finished, after three winters. It cost 4.2 million, twice what was planned. Ost & Sons have fooled the town again."
  }
  reply {
    agent = agent.checker
    data = {
      wrong = 2
      notes = "It cost 0.9 million more than planned, not twice as much; that the builder fooled anybody is nobody's finding."
    }
  }
  reply {
    agent   = agent.writer
    content = "The harbour wall is finished, after three winters. It cost 4.2 million, 0.9 more than planned. Ost & Sons, who built it, say the second winter's ice was the reason."
  }
  reply {
    agent = agent.checker
    data = {
      wrong = 0
      notes = "All numbers are as they are known; the reason is given as the builder's own words."
    }
  }
  reply {
    agent = agent.lawyer
    data = {
      risky = false
      notes = "Facts, and a reason with its source."
    }
  }
}
