session "s" {
  pattern = pattern.p

  limits {
    max_turns = 1
  }
}

stop "t" { when = "true" }
