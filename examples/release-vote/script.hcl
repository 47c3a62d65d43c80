# Two for each side: the person decides, or the tie does.
provider "scripted" "script" {
  reply {
    agent = agent.tests
    delay = "20ms"
    data  = { choice = "wait", reason = "a test that passes on the second try has found something" }
  }
  reply {
    agent = agent.security
    delay = "50ms"
    data  = { choice = "ship", reason = "the fix for the open redirect is in it" }
  }
  reply {
    agent = agent.support
    delay = "80ms"
    data  = { choice = "wait", reason = "nobody is here from five on" }
  }
  reply {
    agent = agent.operations
    delay = "110ms"
    data  = { choice = "ship", reason = "it can be taken back within a minute" }
  }
}
