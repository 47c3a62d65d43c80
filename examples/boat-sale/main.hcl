# Two people haggle over a boat until a contract is signed. A notary listens and
# says when it is hopeless; who only repeats themselves is stopped sooner.

variable "price" {
  type        = number
  description = "What the seller asks for, in euros"
  default     = 9000
}

# What the harbour office knows of her.
tool "register" {
  description = "The last price that was paid for a boat, in euros, by her name"
  input {
    type = object({ boat = string })
  }
  expr {
    result = "boat == 'Ida' ? '7200, in 2019' : 'not known'"
  }
}

tool "sign" {
  description = "Signs the contract of sale at a price that both have named"
  input {
    type = object({ euros = number })
  }
  expr {
    result = "'signed at ' + string(euros)"
  }
}

agent "seller" {
  name         = "Hinnerk"
  provider     = local.model
  description  = "sells his boat"
  instructions = templatefile("prompts/seller.md", { price = var.price })
  max_tokens   = 150
}

agent "buyer" {
  name           = "Ada"
  provider       = local.model
  description    = "wants to buy the boat"
  instructions   = file("prompts/buyer.md")
  tools          = [tool.register, tool.sign]
  max_tool_calls = 4
  max_tokens     = 150
}

agent "notary" {
  name         = "The notary"
  provider     = local.model
  description  = "listens, and writes the contract"
  instructions = "You are a notary. You judge soberly, and write contracts in three short sentences: who sells what to whom, at which price, and when it is handed over."
  max_tokens   = 200
}

pattern "round_robin" "haggle" {
  participants = [agent.seller, agent.buyer]
  max_rounds   = 10
}

session "sale" {
  type    = "agent_agent"
  pattern = pattern.haggle
  opening = "The Ida, eight metres, built in 1987, is for sale."
  stop    = [stop.signed, stop.settled, stop.hopeless, stop.stubborn, stop.circles, stop.searching]
  finalize {
    agent  = agent.notary
    prompt = "Write the contract of what was agreed, or say in a sentence that nothing was."
  }
  limits {
    max_turns  = 20
    max_tokens = 300000
    timeout    = "10m"
  }
}
