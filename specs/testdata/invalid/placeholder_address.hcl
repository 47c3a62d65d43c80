provider "scripted" "p" {}
tool "t" {
  input { type = object({ host = string }) }
  http {
    method = "GET"
    url    = "{host}/path" # ERROR AC6002 14-27: Invalid address
  }
}
agent "a" {
  provider = provider.p
  tools    = [tool.t]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
