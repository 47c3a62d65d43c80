provider "scripted" "p" {}
tool "größe" { # ERROR AC6405: Name that vendors do not take
  expr { result = "1" }
}
tool "a_name_of_more_than_sixty_four_characters_that_no_vendor_would_take" { # ERROR AC6405: Name that vendors do not take
  expr { result = "1" }
}
agent "a" {
  provider = provider.p
  tools    = [tool.größe, tool.a_name_of_more_than_sixty_four_characters_that_no_vendor_would_take]
}

session "s" {
  type  = "human_agent"
  agent = agent.a
}
