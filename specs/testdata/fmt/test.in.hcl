variables { motion="x" }
mock "groq" {
reply { content="a" }
reply { content="b" }
}
run "short" {
 session="debate"
 expect {
 outcome="achieved"
  turns=4
}
  assert "nobody repeats" { condition="len(messages)  > 2" }
}
