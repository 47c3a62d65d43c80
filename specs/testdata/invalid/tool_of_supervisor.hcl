provider "scripted" "p" {}
tool "coder" {
  description = "x"
  input { type = object({ a = number }) }
  expr { result = "a" }
}
agent "boss" {
  provider = provider.p
  tools    = [tool.coder]
}
agent "coder" { provider = provider.p }

pattern "supervisor" "x" {
  manager = agent.boss # ERROR AC6516: Tool of the pattern's name
  workers = [agent.coder]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.x
}
