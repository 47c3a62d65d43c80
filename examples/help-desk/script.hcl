# The sorter knows cards and lessons; what it does not know goes to the default.
provider "scripted" "script" {
  reply {
    agent = agent.sorter
    when  = "first.content contains 'card'"
    data  = { route = "payments", reason = "a charge on the wrong card" }
  }
  reply {
    agent = agent.sorter
    when  = "first.content contains 'lesson'"
    data  = { route = "lessons" }
  }
  reply {
    agent = agent.sorter
    when  = "true"
    data  = { route = "none", reason = "neither money nor lessons" }
  }
  reply {
    agent   = agent.payments
    when    = "true"
    content = "Yes. The June payment of 48.00 went to the old card because the change came one day after the run; I have sent it back and charged the new one. You will see both by Thursday. From July on only the new card is used."
  }
  reply {
    agent   = agent.lessons
    when    = "true"
    content = "I have moved it to the same hour next week, with the same teacher. You will get the room by mail tomorrow."
  }
  reply {
    agent   = agent.on_call
    when    = "true"
    content = "You are right, booking has failed since 9:40. We are putting back the version of yesterday; it takes ten minutes. Nothing you have paid for is lost."
  }
  reply {
    agent   = agent.front
    when    = "true"
    content = "I can help with that. May I have the name under which you are registered?"
  }
}
