# The first plan asks the wrong one; a round without progress gives it up.
provider "scripted" "script" {
  reply {
    agent   = agent.lead
    content = "Known: the town hall is of 1712. To be found: the bridges, and how old each is."
  }
  reply {
    agent   = agent.lead
    content = "1. Registry lists the bridges with their years. 2. Count those before 1712."
  }
  reply {
    agent = agent.lead
    data  = { satisfied = false, looping = false, progressing = true, next = "registry", instruction = "List the bridges with their years." }
  }
  reply {
    agent   = agent.registry
    content = "There are four: Mill, Market, Chain and Iron Bridge; the list has no years."
  }
  reply {
    agent = agent.lead
    data  = { satisfied = false, looping = false, progressing = false, next = "registry", instruction = "Look for the years." }
  }
  reply {
    agent   = agent.lead
    content = "Known: four bridges, Mill, Market, Chain and Iron; the list has no years. To be found: how old they are, by their stones."
  }
  reply {
    agent   = agent.lead
    content = "1. Survey dates the four. 2. Count."
  }
  reply {
    agent = agent.lead
    data  = { satisfied = false, looping = false, progressing = true, next = "survey", instruction = "Date Mill, Market, Chain and Iron Bridge." }
  }
  reply {
    agent   = agent.survey
    content = "Mill Bridge is of about 1680 and Market Bridge of 1655; Chain and Iron Bridge are of the nineteenth century."
  }
  reply {
    agent = agent.lead
    data  = { satisfied = true, looping = false, progressing = true, next = "survey", instruction = "" }
  }
  reply {
    agent   = agent.lead
    content = "Two: Market Bridge of 1655 and Mill Bridge of about 1680. The other two are younger than the town hall."
  }
}
