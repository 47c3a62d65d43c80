scenario = "scenario.hcl"

run "who is bob" {
  session = session.one
  say     = [{ text = "x", from = "bob" }] # ERROR AC9006 14-42: Invalid message
  expect { turns = 1 }
}

run "objects of another form" {
  session = session.one
  say = [
    { text = "x", at = 5 }, # ERROR AC9006: Invalid message
    { text = "x", when = "5s" }, # ERROR AC9006: Invalid message
  ]
  expect {
    stop = "stop.god" # ERROR AC3001 12-22: Unknown reference
  }
}

run "something ends it always" {
  session = session.one
  expect {
    stop = "" # ERROR AC4003 12-14: Value is not allowed
  }
}
