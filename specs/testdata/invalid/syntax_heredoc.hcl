provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = <<EOT
never ends # ERROR AC2001 vv: Invalid syntax
}
