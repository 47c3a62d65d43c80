scenario = "scenario.hcl"

run "no such session" {
  session = "three" # ERROR AC9005 13-20: No certain session
  expect { turns = 1 }
}
