# Two rounds: a header that anybody can write is the veto of the first.
provider "scripted" "script" {
  reply {
    agent   = agent.author
    content = "Each client gets ten requests a second with a burst of twenty, in a token bucket kept by address. I take the address from X-Forwarded-For because behind the balancer RemoteAddr is always the balancer. Unsure about the map: it only grows. I left it simple because we have a few thousand clients."
  }
  reply {
    agent = agent.security
    delay = "60ms"
    data = {
      verdict = "block"
      finding = "Line 18: X-Forwarded-For comes from the client. A new value for each request is a new bucket, so the limit stops nobody who wants to pass, and every value stays in the map: this is a way to fill our memory from outside."
    }
  }
  reply {
    agent = agent.performance
    delay = "20ms"
    data = {
      verdict = "approve"
      finding = "Line 19: one lock for all, held for a map lookup, about 60 ns. At our 4,000 requests a second it is invisible. Fine."
    }
  }
  reply {
    agent = agent.clarity
    data = {
      verdict = "change"
      finding = "Line 23: 10 and 20 of what, and who decided? Name them."
    }
  }
  reply {
    agent = agent.lead
    data = {
      decision = "revise"
      next     = "Take the address that our own balancer appended, bound the map, name the two numbers."
    }
  }
  reply {
    agent   = agent.author
    content = <<-EOT
      Security is right, and it is worse than I had feared. Changed:

      1. The client is now the last entry of X-Forwarded-For, the one our balancer writes; without one it is RemoteAddr.
      2. The map became an LRU of 10,000 entries. Evicting a bucket is harmless: a full one comes back.
      3. const perSecond, burst = 10, 20 // the partner API's published limits

      Not changed: the single lock, by the measurement above.
    EOT
  }
  reply {
    agent = agent.security
    delay = "60ms"
    data = {
      verdict = "approve"
      finding = "Line 18: only the balancer's own entry counts, and a test forges the others. The memory is bounded. Nothing left."
    }
  }
  reply {
    agent = agent.performance
    delay = "20ms"
    data = {
      verdict = "approve"
      finding = "Line 21: the LRU adds about 90 ns under the lock. Still invisible."
    }
  }
  reply {
    agent = agent.clarity
    data = {
      verdict = "change"
      finding = "Line 17: 'the last entry' deserves the reason in the comment, or somebody will tidy it up into the first."
    }
  }
  reply {
    agent = agent.lead
    data = {
      decision = "merge"
      next     = "Add the reason on line 17 while merging; it needs no other round."
    }
  }
  reply {
    agent   = agent.scribe
    content = <<-EOT
      gate: limit requests per client, by the balancer's word

      Ten requests a second and a burst of twenty for each client, as published for partners. A client is the last entry of X-Forwarded-For, which our balancer writes; the entries before it are the client's own and may be forged. Buckets live in an LRU of 10,000.

      Security asked for the trusted entry and the bound, clarity for names and for the reason in the comment, performance measured the lock and let it be.
    EOT
  }
}
