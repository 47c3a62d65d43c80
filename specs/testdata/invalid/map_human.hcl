human "h" {}
pattern "map" "m" {
  participants = [human.h] # ERROR AC6513 19-26: Wrong kind of participant
  items        = "messages"
  max_items    = 3
}

session "s" {
  type    = "agent_agent"
  pattern = pattern.m
}
