scenario = "scenario.hcl"

run "who is bob" {
  session = session.one
  say     = [{ text = "x", from = "bob" }] # ERROR AC9006 14-42: Invalid message
  expect { turns = 1 }
}
