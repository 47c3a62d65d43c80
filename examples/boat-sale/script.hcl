# They meet at 7,600; the buyer signs in her third turn.
provider "scripted" "script" {
  reply {
    agent   = agent.seller
    content = "Nine thousand. She has a new engine, and I have the papers for it."
  }
  reply {
    agent = agent.buyer
    tool_call {
      name      = "register"
      arguments = { boat = "Ida" }
    }
  }
  reply {
    agent   = agent.buyer
    content = "You paid seven thousand two hundred for her in 2019. With the engine I offer seven thousand."
  }
  reply {
    agent   = agent.seller
    content = "So you have asked around. Eight thousand, and the sails go with her."
  }
  reply {
    agent   = agent.buyer
    content = "The sails are as old as I am. Seven thousand three hundred."
  }
  reply {
    agent = agent.notary
    data  = { met = false, why = "they come closer" }
  }
  reply {
    agent   = agent.seller
    content = "Seven thousand six hundred. That is half way, and my last word."
  }
  reply {
    agent = agent.buyer
    tool_call {
      name      = "sign"
      arguments = { euros = 7600 }
    }
  }
  reply {
    agent   = agent.notary
    content = "Hinnerk sells the Ida to Ada. The price is 7,600 euros. She is handed over with engine, sails and papers when it is paid."
  }
}
