agent "a" {
  provider     = provider.p
  instructions = file("prompts/a.md")
}
agent "b" {
  provider     = provider.p
  instructions = templatefile("prompts/b.tmpl", { mood = var.mood })
  metadata     = { prompts = length(fileset("prompts", "*")) }
}
