agent "a" {
instructions=<<EOT
      Keep   this.


  ${ f(  "${x}" ) }   # not a comment
	Tab.
    EOT
      personality = <<-TEXT
  Short,
     and indented.
  TEXT
  capabilities = [<<A
x
A
  ,"b"]
}
