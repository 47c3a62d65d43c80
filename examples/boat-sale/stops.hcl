# A tool that was called and has succeeded.
stop "signed" {
  tool   = tool.sign
  action = "finalize"
  reason = "The contract is signed."
}

# Each of them has said it once, at whatever time: that is what latch is for.
stop "seller_says_deal" { when = "agents['seller'].last.content contains 'Deal'" }
stop "buyer_says_deal" { when = "agents['buyer'].last.content contains 'Deal'" }

stop "settled" {
  all    = [stop.seller_says_deal, stop.buyer_says_deal]
  latch  = true
  action = "finalize"
  reason = "Both have said that it is a deal."
}

# A model that decides, from the fourth turn on after every second one.
stop "hopeless" {
  judge     = agent.notary
  criteria  = "It is certain that the two will not agree on a price."
  every     = 2
  min_turns = 4
  outcome   = "blocked"
  reason    = "The notary sees no way to an agreement."
}

# The same words of the same person, three times in a row.
stop "stubborn" {
  repeat  = "content"
  times   = 3
  outcome = "blocked"
  reason  = "Somebody says the same again and again."
}

# The two go round in circles, with nearly the same words each time.
stop "circles" {
  repeat  = "speakers"
  times   = 3
  outcome = "blocked"
  reason  = "They go round in circles."
}

# The same question to the register, three times in a row.
stop "searching" {
  repeat  = "tool_call"
  times   = 3
  outcome = "failed"
  reason  = "The buyer asks the register the same again and again."
}
