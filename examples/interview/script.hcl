# Three technical questions, two of the manager, and the scorecard.
provider "scripted" "script" {
  reply {
    agent   = agent.engineer
    content = "Tell me about an outage that was your fault. Not the team's: yours. What did you see first, and what did you believe it was?"
  }
  reply {
    agent   = agent.candidate
    content = "The sale for a stadium tour, two years ago. I had lowered the timeout to the seat map from five seconds to one, because the graphs were so pretty. At nine sharp, a hundred thousand people, the map answered in one point two, and every client tried again. What I saw was load, and what I believed was an attack. It took me eleven minutes to understand that I was looking at my own retries."
  }
  reply {
    agent   = agent.engineer
    content = "Eleven minutes is honest. What would have made it two? And I mean something you could build, not something you could remember."
  }
  reply {
    agent   = agent.candidate
    content = "A graph of attempts per purchase, next to the graph of purchases. We had the numbers and never divided one by the other. I built it the week after, and a budget with it: when more than a tenth of all requests are retries, clients stop retrying. It has fired twice since. Nobody noticed either time, which I think is the point."
  }
  reply {
    agent   = agent.engineer
    content = "Our ticket machines stand in stations with bad reception, and there are two thousand of them. What of all this would not work with us?"
  }
  reply {
    agent   = agent.candidate
    content = "The budget, as it is: it needs somebody in the middle who counts, and your machine in the valley has no middle to talk to. Each would have to keep its own and be allowed to sell without asking for a while. How long you can afford that, I do not know. It is a question about money before it is one about machines, and I would ask whoever signs for the losses."
  }
  reply {
    agent   = agent.manager
    content = "Tell me about a time somebody above you said no, and you thought they were wrong."
  }
  reply {
    agent   = agent.candidate
    content = "I wanted to freeze changes for the week before Christmas, sales wanted a new voucher page. I lost. So I asked for one thing: that the head of sales sit with us on the evening it went out. It broke at ten past eight, and she was the one who said take it down, before I could. We have had the freeze since, and it was her idea. I never corrected that."
  }
  reply {
    agent   = agent.manager
    content = "Last one from me. Who in your present team will be better at this than you, and what did you do about it?"
  }
  reply {
    agent   = agent.candidate
    content = "Jonas, in a year or so. He reads a graph the way other people read a face. What he cannot do is write it down, so all reports of the last six months are his, and I only ask questions in the margin. He was furious for three of them. Last week somebody from another department thanked him for one, and he pretended not to care."
  }
  reply {
    agent = agent.scribe
    data = {
      technical     = 4
      collaboration = 5
      evidence = [
        "named a fault of her own, with the minute she understood it",
        "built the attempts-per-purchase graph and the retry budget after it; both fired in earnest since",
        "saw unasked that the budget does not carry over to machines without a connection",
        "lost the argument about the freeze and got it by having the other side present",
        "gives her best colleague the work he is worst at, and stays with him through it",
      ]
      next_step = "Make an offer. Still to find out: whether she wants to be on call again, which nobody asked."
    }
  }
}
