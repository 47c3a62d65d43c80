provider "scripted" "p" {}

tool "order" {
  description = "Orders it."
  input { type = object({ item = string }) }
  http {
    method = "POST" # LINT write-without-approval
    url    = "https://shop.example/orders"
  }
}

tool "search" {
  description = "Searches by a long question."
  approval    = "never"
  input { type = object({ question = string }) }
  http {
    method = "POST"
    url    = "https://shop.example/search"
  }
}

tool "cancel" {
  description = "Cancels it."
  approval    = "always"
  input { type = object({ id = string }) }
  http {
    method = "DELETE"
    url    = "https://shop.example/orders/{id}"
  }
}

tool "read" {
  description = "Reads it."
  input { type = object({ id = string }) }
  http { url = "https://shop.example/orders/{id}" }
}

agent "a" {
  provider     = provider.p
  instructions = "Serve."
  tools        = [tool.order, tool.search, tool.cancel, tool.read]
  max_tokens   = 300
}

session "s" {
  agent = agent.a
  limits {
    max_turns  = 5
    max_tokens = 10000
  }
}
