# BOUND triage: 1 turn, 18 calls
provider "scripted" "p" {}
agent "classifier" { provider = provider.p }
agent "refunds" { provider = provider.p }
agent "bugs" { provider = provider.p }
agent "other" { provider = provider.p }

pattern "router" "triage" {
  classifier = agent.classifier
  default    = agent.other
  route "refund" {
    when = "last.content contains 'refund'"
    to   = agent.refunds
  }
  route "bug" {
    describe = "Something does not work"
    to       = agent.bugs
  }
}

session "triage" {
  type    = "agent_agent"
  pattern = pattern.triage
  opening = "The app crashes."
}
