provider "scripted" "p" {}
tool "t" {
  input { type = object({ project = string }) }
  http {
    method = "GET"
    url    = "https://example.com/{projct}" # ERROR AC6404 14-44: Unknown input
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
