# An editor picks the chapters that need another reading, a reader goes through
# each of them, all at once, and the publisher decides by what they found.

agent "editor" {
  name         = "Editor"
  provider     = local.model
  instructions = "Pick the chapters of the manuscript that need another reading, at most six. Say for each what to look for."
  max_tokens   = 300
  output {
    type = object({
      chapters = list(object({ title = string, look_for = string }))
    })
  }
}

agent "reader" {
  name         = "Reader"
  provider     = local.model
  instructions = file("prompts/reader.md")
  max_tokens   = 150
}

agent "publisher" {
  name         = "Publisher"
  provider     = local.model
  instructions = "Say in two sentences what happens to the manuscript now, by what the readers found."
  max_tokens   = 150
}

pattern "map" "readers" {
  participants = [agent.reader]
  items        = "data.editor.chapters"
  max_items    = 6
  concurrency  = 3
  result       = "all"
}

pattern "sequential" "review" {
  participants = [agent.editor, pattern.readers, agent.publisher]
}

session "manuscript" {
  type    = "agent_agent"
  pattern = pattern.review
  opening = "The manuscript of 'The Ferry at Night', nine chapters, goes to print on Thursday. Chapters 2, 5 and 9 were changed last."
  limits {
    max_turns  = 10
    max_tokens = 40000
    timeout    = "3m"
  }
}
