# All three speak at once; the transcript has them in declared order.
provider "scripted" "script" {
  reply {
    agent   = agent.proposition
    delay   = "120ms"
    content = "A line that rests six hours a night is a quarter of a railway that nobody uses. Nurses, bakers and cleaners pay for taxis so that the rest of us need not think about them. Two trains an hour would do."
  }
  reply {
    agent   = agent.opposition
    delay   = "40ms"
    content = "The night is when the rails are mended. Take it away and you will mend them by day, with buses instead of trains, for everybody. You give four hundred people a train and take it from forty thousand."
  }
  reply {
    agent   = agent.floor
    delay   = "10ms"
    content = "Has either of you asked the people who live beside the line, and sleep?"
  }
  reply {
    agent   = agent.proposition
    delay   = "30ms"
    content = "Then mend on four nights and run on three: the line has two tracks, and one is enough at three in the morning. And the floor is right; slow trains after midnight, at half the noise."
  }
  reply {
    agent   = agent.opposition
    delay   = "90ms"
    content = "One track is not enough on the viaduct, which is where the mending is. But north of it I have no answer to three nights in seven."
  }
  reply {
    agent   = agent.floor
    delay   = "10ms"
    content = "Then say which nights, so that one can plan a life by it."
  }
  reply {
    agent = agent.judge
    data = {
      winner = "proposition"
      reason = "It took the best argument against it, the mending, and made its proposal smaller instead of louder. The opposition found the viaduct and gave up the rest of the line."
    }
  }
}
