provider "scripted" "script" {
  reply {
    agent   = agent.features
    delay   = "100ms"
    content = <<-EOT
      New
      - Thirty days of tide tables stay on the device. Out of reach, Tideline computes the heights and marks them as computed.
      - Share a track as GPX, from its menu.
    EOT
  }
  reply {
    agent   = agent.fixes
    delay   = "30ms"
    content = <<-EOT
      Fixed
      - The anchor alarm no longer wakes you for one lost position; it waits for three bad fixes in a row.
      - Away from the coast, yesterday's tide table is no longer shown as today's.
    EOT
  }
  reply {
    agent   = agent.upgrading
    delay   = "60ms"
    content = <<-EOT
      Before you upgrade
      - Your logbook moves to a new format at the first start. Have twice its size free.
      - There is no way back: 2.2 cannot read a logbook that 2.3 has opened. Export it first if you are not sure.
    EOT
  }
  reply {
    agent   = agent.editor
    content = <<-EOT
      Tideline 2.3

      Before you upgrade: your logbook moves to a new format at the first start. Have twice its size free, and export it first if you might want to go back; 2.2 cannot read it afterwards.

      - Thirty days of tide tables stay on the device. Out of reach, heights are computed, and marked as computed; yesterday's table is never shown as today's.
      - The anchor alarm waits for three bad fixes in a row before it wakes you.
      - Tracks can be shared as GPX, from their menu.
    EOT
  }
  reply {
    agent   = agent.announcer
    content = "Tideline 2.3 is out. Thirty days of tides now travel with you, even where there is no signal, and computed heights say that they are computed. The anchor alarm lets you sleep through a lost position. Tracks can be shared as GPX. Export your logbook before you upgrade, the new format is one-way."
  }
  reply {
    agent   = agent.announcer
    content = "Tideline 2.3: thirty days of tides on board, signal or not, and an anchor alarm that lets you sleep through one lost position. Export your logbook first; the new format is a one-way trip."
  }
}
