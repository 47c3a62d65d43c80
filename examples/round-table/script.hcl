# The host chooses three times, names somebody who is not at the table once, and
# then ends the talk.
provider "scripted" "script" {
  reply {
    agent = agent.host
    data  = { next = "editor", end = false, reason = "she has read it" }
  }
  reply {
    agent   = agent.editor
    content = "It is very good for two hundred pages and repeats itself for ninety. Cut the winters of 1911 and 1912 into one, and it stands beside anything we printed this year."
  }
  reply {
    agent = agent.host
    data  = { next = "author", end = false, reason = "would he agree to cuts?" }
  }
  reply {
    agent = agent.host
    data  = { next = "rights", end = false, reason = "the author is dead; who may agree to cuts?" }
  }
  reply {
    agent   = agent.rights
    content = "The keeper died in 1950, so the text is free, but the photographs belong to a niece in Bergen. She wants them shown whole or not at all. Cuts in the text are ours to make."
  }
  reply {
    agent = agent.host
    data  = { next = "sales", end = false, reason = "the text is settled, the market is not" }
  }
  reply {
    agent   = agent.sales
    content = "Unknown keeper, known coast: every harbour shop from here to the cape will take it if it fits beside the till. Small format, under twenty, out by May, and I sell three thousand."
  }
  reply {
    agent = agent.host
    data = {
      end    = true
      reason = "all three can live with it"
      final  = "We publish it: small format, under twenty, out by the first of May. Mira cuts the two winters into one by the end of November. Ines asks the niece for four photographs, whole, by Friday; without them we print none. Tomas plans for three thousand copies and tells us in January whether the harbours agree."
    }
  }
}
