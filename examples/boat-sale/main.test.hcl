# A sale for each of the conditions that end one.

run "a contract is signed, and the notary writes it down" {
  expect {
    outcome  = "achieved"
    stop     = stop.signed
    speakers = [agent.seller, agent.buyer, agent.seller, agent.buyer, agent.seller, agent.notary]
  }
  assert "the contract has the price at which it was signed" {
    condition = "result contains '7,600' and last.agent == 'notary'"
  }
  assert "the notary was asked once whether all is in vain" {
    condition = "len(filter(events, .agent == 'notary' and .type == 'turn.started' and .data.role == 'judge')) == 1"
  }
}

run "each has said Deal, one of them long before the other" {
  mock "script" {
    reply {
      agent   = agent.seller
      content = "Deal, at nine thousand."
    }
    reply {
      agent   = agent.buyer
      content = "That is what you asked for. Seven thousand."
    }
    reply {
      agent   = agent.seller
      content = "I am not so sure any more. Eight and a half."
    }
    reply {
      agent   = agent.buyer
      content = "Deal, at eight and a half."
    }
    reply {
      agent   = agent.notary
      content = "Sold at 8,500."
    }
  }
  expect {
    outcome = "achieved"
    stop    = stop.settled
    result  = "Sold at 8,500."
  }
}

run "the notary sees that it is hopeless" {
  mock "script" {
    reply {
      agent = agent.notary
      data  = { met = true, why = "they are four thousand apart" }
    }
    reply {
      when    = "agent == 'seller'"
      content = "Nine thousand, as it stands in the advertisement."
      times   = 1
    }
    reply {
      when    = "agent == 'seller'"
      content = "My father built her, and I shall not give her away."
    }
    reply {
      when    = "agent == 'buyer'"
      content = "Five thousand is all that I shall ever pay."
      times   = 1
    }
    reply {
      when    = "agent == 'buyer'"
      content = "Then keep the old tub."
    }
  }
  expect {
    outcome = "blocked"
    stop    = stop.hopeless
  }
  assert "it was asked after the fourth turn, not before" {
    condition = "turns == 4"
  }
}

run "who says the same three times is stopped" {
  mock "script" {
    reply {
      when    = "agent == 'seller'"
      content = "Nine thousand."
    }
    reply {
      when = "agent == 'notary'"
      data = { met = false }
    }
    reply {
      agent   = agent.buyer
      content = "Six thousand, since the paint comes off."
    }
    reply {
      agent   = agent.buyer
      content = "Then let us say that the paint was new, and make it seven."
    }
  }
  expect {
    outcome = "blocked"
    stop    = stop.stubborn
  }
}

run "who goes round in circles is stopped" {
  mock "script" {
    reply {
      when    = "agent == 'seller'"
      content = "${join(" ", [for n in range(40) : "word${n}"])} nine"
      times   = 1
    }
    reply {
      when    = "agent == 'seller'"
      content = "${join(" ", [for n in range(40) : "word${n}"])} ten"
      times   = 1
    }
    reply {
      when    = "agent == 'seller'"
      content = "${join(" ", [for n in range(40) : "word${n}"])} eleven"
    }
    reply {
      when    = "agent == 'buyer'"
      content = "${join(" ", [for n in range(40) : "say${n}"])} five"
      times   = 1
    }
    reply {
      when    = "agent == 'buyer'"
      content = "${join(" ", [for n in range(40) : "say${n}"])} six"
      times   = 1
    }
    reply {
      when    = "agent == 'buyer'"
      content = "${join(" ", [for n in range(40) : "say${n}"])} seven"
    }
    reply {
      when = "agent == 'notary'"
      data = { met = false }
    }
  }
  expect {
    outcome = "blocked"
    stop    = stop.circles
  }
}

run "who asks the register the same again and again is stopped" {
  mock "script" {
    reply {
      when    = "agent == 'seller'"
      content = "Nine thousand."
    }
    reply {
      when = "agent == 'buyer'"
      tool_call {
        name      = "register"
        arguments = { boat = "Ida" }
      }
    }
  }
  expect {
    outcome = "failed"
    stop    = stop.searching
  }
  assert "the third call was not answered any more" {
    condition = "tool_calls == 3"
  }
}

run "calls that are wrong do not count" {
  mock "script" {
    reply {
      agent   = agent.seller
      content = "Nine thousand."
    }
    reply {
      agent = agent.buyer
      tool_call {
        name      = "register"
        arguments = { name = "Ida" }
      }
    }
    reply {
      agent = agent.buyer
      tool_call {
        name      = "register"
        arguments = { boat = "Idda" }
      }
    }
    reply {
      agent = agent.buyer
      tool_call {
        name      = "sign"
        arguments = { euros = "many" }
      }
    }
    reply {
      agent = agent.buyer
      tool_call {
        name      = "sign"
        arguments = { euros = 9000 }
      }
    }
    reply {
      agent   = agent.notary
      content = "Sold at 9,000."
    }
  }
  expect {
    outcome = "achieved"
    stop    = stop.signed
  }
  assert "the register knows no such boat, and two calls have failed" {
    condition = "tool_calls == 4 and any(events, .type == 'tool.finished' and .data.result == 'not known') and len(filter(events, .type == 'tool.failed')) == 2"
  }
}
