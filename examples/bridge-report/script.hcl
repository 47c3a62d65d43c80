# Two plans: the first stops at the archive's door.
provider "scripted" "script" {
  reply {
    agent = agent.lead
    data = {
      steps = [
        { agent = "archivist", task = "Find the year in the building accounts of the mill." },
        { agent = "writer", task = "Write the report." },
      ]
    }
  }
  reply {
    agent = agent.archivist
    data = {
      ok    = false
      found = "The archive is closed until March: water in the cellar."
    }
  }
  reply {
    agent = agent.lead
    data = {
      steps = [
        { agent = "surveyor", task = "Date the bridge by its stones." },
        { agent = "writer", task = "Write the report, and say that the accounts could not be read." },
      ]
    }
  }
  reply {
    agent   = agent.surveyor
    content = "The arch is one of wedge stones without mortar, and the keystone has the millers' guild's wheel on it. The guild cut that mark from 1671 to 1690."
  }
  reply {
    agent   = agent.writer
    content = "The bridge was built between 1671 and 1690: its keystone has the wheel that the millers' guild cut in those years. The mill's accounts, which would give the year, could not be read; the archive is closed until March."
  }
  reply {
    agent   = agent.lead
    content = "Between 1671 and 1690. We know it from the guild's mark on the keystone; the exact year waits for the archive, which opens again in March."
  }
}
