provider "scripted" "p" {}

agent "a" {
  provider = provider.p
  name     = "Ada"
  output {
    type = object({ list = list(object({ agent = string, content = string })) })
  }
}

agent "b" { provider = provider.p }

human "boss" {
  timeout    = "5m"
  on_timeout = "skip"
}

pattern "map" "each" {
  participants = [agent.b]
  items        = "data.a.list"
  max_items    = 3
}

pattern "sequential" "talk" {
  participants = [agent.a, pattern.each, human.boss]
}

stop "speakers" {
  when = "last.agent == 'b[0]' or last.agent in ['a', 'boss', 'user'] or first.agent == ''"
}

stop "fields" {
  when = "any(data.a.list, .agent == 'somebody' and .content contains 'x')"
}

session "s" {
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.speakers, stop.fields]
}
