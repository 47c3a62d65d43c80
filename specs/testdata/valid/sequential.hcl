# A course of work: somebody may come twice.
# BOUND article: 3 turns, 27 calls
provider "scripted" "p" {}
agent "writer" { provider = provider.p }
agent "editor" { provider = provider.p }

pattern "sequential" "article" {
  participants = [agent.writer, agent.editor, agent.writer]
  context      = "previous"
  result       = "last"
}

session "article" {
  type    = "agent_agent"
  pattern = pattern.article
}
