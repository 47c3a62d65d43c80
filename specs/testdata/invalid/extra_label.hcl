provider "scripted" "p" {}
agent "a" "b" { # ?
  provider = provider.p
}
