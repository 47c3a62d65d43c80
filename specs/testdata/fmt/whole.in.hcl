

# Two talk.   
variable   "motion" {

  type=string
  default = "x"


  description="What"   # why

}
locals { a="${var.motion}" }
agent "a" {
provider=provider.p
    instructions = <<EOT
  Kept   ${ upper( var.motion ) }  

   as it is, "${var.motion}"
  EOT
  capabilities=["${local.a}",  "b${local.a}","${upper("x")}"
  ]
  metadata = { "${local.a}" = "${local.a}", x : "${ {a=1} }" }
  personality = <<-EOT
      indented
        more
      EOT
    }
// note
provider "openai" "p" {}
provider "openai" "q" { model = "x" }
pattern "round_robin" "r" {
  participants = [
 agent.a, # first
      agent.b, // second   

      agent.c ]
  max_rounds = -1+2
}
stop "s" { when = "turns   >=  4   and x" }
/* a
   comment */
session "s" {
  pattern = pattern.r

  limits {

    max_turns = 3
    max_cost   = 0.5

  }
}
