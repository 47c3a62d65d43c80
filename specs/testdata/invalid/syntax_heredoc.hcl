provider "scripted" "p" {}
agent "a" {
  provider     = provider.p
  instructions = <<EOT
never ends # ?
}
