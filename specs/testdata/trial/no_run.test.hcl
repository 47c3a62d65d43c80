scenario = "scenario.hcl" # ERROR AC9001: No run in the test file
