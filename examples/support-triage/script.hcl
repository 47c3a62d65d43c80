# Both tickets, from the first look to the answer.
provider "scripted" "script" {
  # charged-twice: quality wants one thing more.
  reply {
    agent = agent.triage
    when  = "var.ticket == 'charged-twice'"
    data = {
      category = "billing"
      urgent   = false
      summary  = "Two payments of 9.00 euros on one account; wants one back and to know whether it will happen again."
    }
  }
  reply {
    agent   = agent.billing
    content = "You are right, and it was our fault. When your card was renewed on the 2nd, our system did not see the confirmation and tried once more on the 3rd. I have returned the second payment of 9.00 euros to your card today."
  }
  reply {
    agent = agent.quality
    when  = "var.ticket == 'charged-twice'"
    times = 1
    data = {
      approved = false
      note     = "She also asks whether it will happen again next month, and she will want to know when the money arrives."
    }
  }
  reply {
    agent   = agent.billing
    content = "You are right, and it was our fault. When your card was renewed on the 2nd, our system did not see the confirmation and tried once more on the 3rd. I have returned the second payment of 9.00 euros today; banks take three to five working days to show it. It will not happen next month: your new card is now stored as confirmed, and I have put a note on your account so that a second attempt is stopped for a person to look at."
  }
  reply {
    agent = agent.quality
    when  = "var.ticket == 'charged-twice'"
    data = {
      approved = true
      note     = "Mention the student rate: she pays full price and need not."
    }
  }
  reply {
    agent   = agent.sender
    when    = "var.ticket == 'charged-twice'"
    content = <<-EOT
      Dear Maren,

      you are right, and it was our fault. When your card was renewed on the 2nd, our system did not see the confirmation and tried once more on the 3rd. I have returned the second payment of 9.00 euros today; your bank takes three to five working days to show it.

      It will not happen next month: your new card is stored as confirmed, and a second attempt would now be stopped for a person to look at.

      One more thing: students pay 4.50. Reply with a photo of your student card and I will switch you over.

      Warm regards
      Paperboat, billing desk
    EOT
  }

  # notes-gone: right the first time.
  reply {
    agent = agent.triage
    when  = "var.ticket == 'notes-gone'"
    data = {
      category = "technical"
      urgent   = true
      summary  = "A folder is empty on the laptop after the update, intact on the phone; he fears that sync will delete it there too."
    }
  }
  reply {
    agent   = agent.technical
    content = "Your notes are safe: I can see all 61 of them in our copy from 06:00 this morning, and I have locked that copy. Please leave the phone in flight mode. On the laptop choose Settings, Account, Restore, and pick today 06:00; it takes about two minutes. Then bring the phone back online. The update of yesterday hid folders whose names end in a digit; it did not delete them, and version 4.2.1, out tonight, shows them again."
  }
  reply {
    agent = agent.quality
    when  = "var.ticket == 'notes-gone'"
    data = {
      approved = true
      note     = "Calm, exact, and the first sentence is the one he needs."
    }
  }
  reply {
    agent   = agent.sender
    when    = "var.ticket == 'notes-gone'"
    content = <<-EOT
      Dear Tomasz,

      your notes are safe: all 61 of them are in our copy from 06:00 this morning, and I have locked that copy.

      1. Leave the phone in flight mode for now.
      2. On the laptop choose Settings, Account, Restore, and pick today 06:00. It takes about two minutes.
      3. Bring the phone back online.

      The update hid folders whose names end in a digit; it did not delete them. Version 4.2.1, out tonight, shows them again. If anything looks odd, answer this mail: it comes straight to me.

      Good luck with chapter 4
      Paperboat, technical desk
    EOT
  }
}
