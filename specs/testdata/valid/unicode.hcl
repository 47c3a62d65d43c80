# Any language in texts; identifiers too.
provider "scripted" "p" {}
agent "björn" {
  provider     = provider.p
  name         = "Björn 🦊"
  instructions = "日本語で短く答えてください。"
}

stop "ende" { when = "last.content contains 'Tschüß'" }

session "gespräch" {
  type  = "human_agent"
  agent = agent.björn
  stop  = [stop.ende]
}
