agent "a" {} # ERROR 1-10: Provider and models

session "s" {
  type  = "human_agent"
  agent = agent.a
}
