# Both bid for the heating, one alone for the lamp.
provider "scripted" "script" {
  reply {
    agent = agent.dispatcher
    data  = { done = false, task = "Make the radiator in the meeting room warm.", needs = ["heating"] }
  }
  reply {
    agent = agent.plumber
    delay = "20ms"
    data  = { score = 8, reason = "it has air in it, most likely" }
  }
  reply {
    agent = agent.electrician
    delay = "50ms"
    data  = { score = 4, reason = "only if it is the thermostat" }
  }
  reply {
    agent   = agent.plumber
    content = "There was air in it; it is warm now."
  }
  reply {
    agent = agent.dispatcher
    data  = { done = false, task = "Stop the lamp in the hall from flickering.", needs = ["power"] }
  }
  reply {
    agent = agent.electrician
    data  = { score = 9, reason = "a loose wire" }
  }
  reply {
    agent   = agent.electrician
    content = "A wire was loose in the switch; the lamp is steady."
  }
  reply {
    agent = agent.dispatcher
    data  = { done = true }
  }
  reply {
    agent   = agent.dispatcher
    content = "The radiator had air in it and is warm; the lamp had a loose wire and is steady. Nothing is left for today."
  }
}
