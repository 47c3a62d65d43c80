scenario = "../scenario.hcl" # ERROR AC9011 12-29: Path leads elsewhere
scenaro  = "x"               # ERROR AC2102 1-8: Unknown argument

mock "fast" {}
mock "fast" {} # ERROR AC3003: Name is taken

mock_tool "look" {} # ERROR AC9008: Not exactly one of result and fail
mock_tool "look" {  # ERROR AC9008: Not exactly one of result and fail
  result = 1
  fail   = "x"
}

run "nothing" {} # ERROR AC9002 1-14: Run tests nothing

run "empty" {
  expect {} # ERROR AC9002: Run tests nothing
  expect_error {} # ERROR AC9002: Run tests nothing
}

run "empty" { # ERROR AC9010 1-12: Name of a run is taken
  command = "validate"
}

run "validates" {
  command = "validate"
  say     = ["x"] # ERROR AC9009 3-6: Does not go together
  mock "fast" {} # ERROR AC9009: Does not go together
}

run "plans" {
  command = "plan"
  expect {
    outcome = "achieved" # ERROR AC9009: Does not go together
  }
  seed = 1 # ERROR AC9009: Does not go together
}

run "replays" {
  replay = "/etc/x" # ERROR AC9011: Path leads elsewhere
  say    = ["x"] # ERROR AC9009: Does not go together
}

run "commands" {
  command = "walk" # ERROR AC4003: Value is not allowed
}

run "refers" {
  command = var.x # ERROR AC3006: Reference is not possible here
}

run { # ERROR AC2105: Wrong labels
  command = "validate"
}
