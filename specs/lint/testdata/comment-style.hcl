provider "scripted" "p" {}

agent "a" {
  provider     = provider.p
  instructions = "Speak as a."
  max_tokens   = 300
}

// The talk. # LINT comment-style
pattern "sequential" "talk" {
  participants = [agent.a] // one # LINT comment-style
}
# As it should be: http://example.com
/* and so */

session "s" {
  type    = "agent_agent"
  pattern = pattern.talk
  opening = "Begin."
  limits { max_tokens = 10000 }
}
