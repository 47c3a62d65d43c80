# What is said when no vendor is asked.
provider "scripted" "script" {
  reply {
    agent   = agent.optimist
    delay   = "200ms"
    content = "Stand on any downtown street at eight in the morning and count: most cars carry one person and one bag. We give the widest part of the street to the emptiest seats. Pontevedra in Spain closed its centre in 1999. Children walk to school there again, and the shops did not die; they got customers who stop, because people on foot can."
  }
  reply {
    agent   = agent.skeptic
    delay   = "200ms"
    content = "Pontevedra is a lovely town of eighty thousand that one crosses on foot in half an hour. Try it in a city of two million, where the nurse on the late shift lives twenty kilometres out and her last train leaves before her shift ends. A ban does not remove her trip. It removes her way of making it, and leaves the taxi to those who can pay."
  }
  reply {
    agent   = agent.optimist
    delay   = "200ms"
    content = "The nurse is the best argument on the table, so let us plan for her and not for everyone who hides behind her. Give permits to night shifts, care visits, deliveries, blue badges. That is perhaps one car in eight. The other seven are habit. London charged them for coming in, and traffic in the zone fell by nearly a fifth in the first years, while the buses finally ran on time."
  }
  reply {
    agent   = agent.skeptic
    delay   = "200ms"
    content = "Notice what just happened: a charge did that, and a charge is not a ban. I grant you the seven cars of habit. But a city that bans first and builds later gets the anger first and the trams never. Show me the order of things: what does she ride on the Monday the bollards go up?"
  }
  reply {
    agent   = agent.optimist
    delay   = "200ms"
    content = "Then we write the order into the law. Night buses every fifteen minutes, running for six months, before a single street is closed; street by street, starting where the school gates are. If the buses are not there, the bollards stay in the depot. Could you vote for that?"
  }
  reply {
    agent   = agent.skeptic
    delay   = "200ms"
    content = "With one line more, that the count of late-shift trips is published every month, I could, and it surprises me. COMMON GROUND: close streets to private cars one by one, each only after its night buses have run for six months, with permits for those who have no other way."
  }
  reply {
    agent = agent.judge
    delay = "300ms"
    data = {
      winner = "skeptic"
      score  = 8
      reason = "Both moved, which is rare. Bruno never defended the empty cars, and his question about the Monday turned a slogan into a timetable; Ada's reply to it was the best moment of the evening."
    }
  }
}
