# Read together with the scenario. A rehearsal does not wait for anybody.
service  = "checkout"
patience = "300ms"
