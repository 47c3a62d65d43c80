# BOUND guide: 11 turns, 99 calls
provider "scripted" "p" {}

agent "lister" {
  provider = provider.p
  output {
    type = object({ cities = list(string) })
  }
}

agent "describer" { provider = provider.p }

pattern "map" "each" {
  participants = [agent.describer]
  items        = "data.lister.cities"
  max_items    = 10
  concurrency  = 3
}

pattern "sequential" "guide" {
  participants = [agent.lister, pattern.each]
}

session "guide" {
  type    = "agent_agent"
  pattern = pattern.guide
}
