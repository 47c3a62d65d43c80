scenario = "scenaro.hcl" # ERROR AC1001 12-25: Cannot read file

run "one mistake, one finding" {
  expect {
    outcom = "achieved" # ERROR AC2102 5-11: Unknown argument
  }
  expect_error {
    cod = "AC3001" # ERROR AC2102 5-8: Unknown argument
  }
}
