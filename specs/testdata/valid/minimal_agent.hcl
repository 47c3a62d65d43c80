# One agent and no session: an implicit chat.
provider "scripted" "p" {}

agent "tutor" {
  provider = provider.p
}
