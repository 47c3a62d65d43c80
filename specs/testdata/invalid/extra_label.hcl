provider "scripted" "p" {}
agent "a" "b" { # ERROR AC2105 11-14: Wrong labels
  provider = provider.p
}
