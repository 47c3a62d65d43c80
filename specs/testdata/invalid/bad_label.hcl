provider "scripted" "p" {}
agent "a b" { # ERROR AC2106 7-12: Invalid name
  provider = provider.p
}
