import { from = "./shared/providers.hcl" }
import { from = "./shared/agents.hcl" }

session "chat" {
  type  = "human_agent"
  agent = agent.a
}
