provider "scripted" "p" {}
