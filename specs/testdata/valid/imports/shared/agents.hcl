# Relative to this file; the second import of a file counts as one.
import { from = "./providers.hcl" }

agent "a" { provider = provider.p }
