# What an MCP server is given goes with how it is reached.
provider "scripted" "p" {}

tool "a" {
  mcp {
    url = "https://tools.example.com/mcp"
    env = { TOKEN = "x" } # ERROR: Not exactly one way to reach the server
  }
}

tool "b" {
  mcp {
    command = ["b"]
    headers = { Authorization = "x" } # ERROR: Not exactly one way to reach the server
  }
}

agent "clerk" {
  provider = provider.p
  tools    = [tool.a, tool.b]
}

session "desk" {
  type  = "human_agent"
  agent = agent.clerk
}
