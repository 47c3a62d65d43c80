provider "scripted" "script" {
  reply {
    agent   = agent.metrics
    delay   = "150ms"
    content = "Errors began at 02:31, not at the page: 2 percent, then doubling every four minutes, all of them timeouts on POST /orders. GET is clean. CPU and memory are flat, so it is waiting and not working. One zone only until 02:40, then all three. That rules out a bad machine."
  }
  reply {
    agent   = agent.database
    delay   = "40ms"
    content = "The primary is idle and bored: 9 percent CPU. But 400 of 400 connections are taken, 380 of them 'idle in transaction', the oldest since 02:29. Replication is in step. So it is no slow query and no lock on a table; somebody opens transactions and walks away."
  }
  reply {
    agent   = agent.deploys
    delay   = "90ms"
    content = "Two changes tonight. 02:10: certificate rotation, finished, verified. 02:28: release 841 in a rolling update, last zone at 02:39. It adds a call to the voucher service inside order placement. No configuration was touched. The previous release, 840, is still on all machines."
  }
  reply {
    agent = agent.commander
    data = {
      action       = "Restart the connection poolers zone by zone, to free the 380 idle transactions."
      risky        = false
      because      = "All connections are taken by transactions that do nothing, and a restart drops no order that was not already lost."
      check_within = "3 minutes"
    }
  }
  reply {
    agent   = agent.operator
    content = <<-EOT
      02:52 pooler zone a restarted, 131 connections freed
      02:53 pooler zone b restarted, 124 freed
      02:54 pooler zone c restarted, 125 freed
    EOT
  }
  reply {
    agent = agent.monitoring
    data = {
      healthy = false
      numbers = "Errors fell from 27 to 3 percent at 02:55 and are at 9 and rising at 02:58; 212 of 400 connections taken again."
    }
  }
  reply {
    agent = agent.commander
    data = {
      action       = "Roll back to release 840 in all zones at once; vouchers cannot be redeemed for about two minutes."
      risky        = true
      because      = "The connections fill up again at the rate at which orders call the voucher service, which release 841 does inside the transaction."
      check_within = "5 minutes"
    }
  }
  # The person on call said something, or did not.
  reply {
    agent   = agent.operator
    when    = "last.agent == 'on_call'"
    content = <<-EOT
      03:01 heard the person on call, rolling back one zone first
      03:02 zone a on release 840, its errors at 0.4 percent after a minute
      03:04 zones b and c on release 840
    EOT
  }
  reply {
    agent   = agent.operator
    content = <<-EOT
      03:01 no objection from the person on call
      03:01 rollback to 840 started in zones a, b, c
      03:03 all machines on 840; 841 blocked in the pipeline
    EOT
  }
  reply {
    agent = agent.monitoring
    data = {
      healthy = true
      numbers = "Errors at 0.1 percent since 03:05, which is the usual; 38 of 400 connections taken and steady for ten minutes."
    }
  }
  reply {
    agent   = agent.scribe
    content = <<-EOT
      Orders failed between 02:31 and 03:05, 34 minutes, at worst one in four. No order was charged and lost.

      02:28 release 841 begins, with a call to vouchers inside the order's transaction
      02:31 first timeouts on POST /orders
      02:47 page
      02:54 poolers restarted: better for three minutes, not cured
      03:03 release 840 back in all zones
      03:05 errors at the usual 0.1 percent

      Helped: the rollback. Did not: the restart, though it showed us how fast the connections fill, and that gave the cause away.

      This week
      - orders team: move the voucher call out of the transaction, with a timeout of 300 ms
      - database team: end transactions that are idle for 10 s; page at 70 percent of connections, not at errors
    EOT
  }
}
