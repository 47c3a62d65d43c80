stop "security_approves" { when = "data.security.verdict == 'approve'" }
stop "performance_approves" { when = "data.performance.verdict == 'approve'" }
stop "clarity_approves" { when = "data.clarity.verdict == 'approve'" }

stop "signed_off" {
  at_least = 2
  of       = [stop.security_approves, stop.performance_approves, stop.clarity_approves]
}

stop "veto" { when = "data.security.verdict == 'block'" }
stop "no_veto" { not = stop.veto }

stop "lead_merges" { when = "data.lead.decision == 'merge' and last.agent == 'lead'" }

stop "mergeable" {
  all    = [stop.lead_merges, stop.signed_off, stop.no_veto]
  action = "finalize"
  reason = "The lead would merge it, two reviewers approve, nobody objects for security."
}

# A review that goes on and on is handed to people.
stop "long" { when = "turns >= 20" }
stop "costly" { when = "usage.total_tokens > 60000" }

stop "enough" {
  any     = [stop.long, stop.costly]
  outcome = "blocked"
  reason  = "It does not converge; talk to each other."
}
