# Agents that find and ask one another: what they are asked counts in the bound.
# BOUND s: 3 turns, 43 calls
provider "scripted" "p" {
  retry {
    attempts = 1
  }
}

tool "who" {
  builtin = "find_agents"
}

tool "ask" {
  description = "Asks a colleague"
  builtin     = "ask_agent"
  approval    = "never"
}

agent "writer" {
  provider       = provider.p
  tools          = [tool.who, tool.ask]
  max_tool_calls = 2
}

agent "lawyer" {
  provider       = provider.p
  capabilities   = ["law"]
  tools          = [tool.ask]
  max_tool_calls = 1
}

agent "clerk" {
  provider = provider.p
}

pattern "sequential" "desk" {
  participants = [agent.writer, agent.lawyer, agent.clerk]
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.desk
  opening = "Begin."
}
