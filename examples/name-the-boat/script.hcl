# Whoever is drawn says the next of these.
provider "scripted" "script" {
  reply {
    agent   = agent.ida
    content = "Tern. It is short, and they come back every year."
  }
  reply {
    agent   = agent.ida
    content = "Then Avocet: nobody mishears that."
  }
  reply {
    agent   = agent.jon
    content = "Second Mortgage. The harbour master will understand."
  }
  reply {
    agent   = agent.jon
    content = "Agreed, if the dinghy may be called Second Mortgage."
  }
  reply {
    agent   = agent.per
    content = "Whatever it is, three syllables: the rest is gone with the first gust over the radio."
  }
  reply {
    agent   = agent.per
    content = "Agreed: Avocet carries."
  }
}
