provider "scripted" "p" {}
agent "a" {
  provider          = provider.p
  interaction_modes = ["agent_to_agent"] # WARNING AC6205 23-41: Agent outside of its interaction modes
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
