agent "writer" {
  name="Ada" # shown
  provider=provider.fast // who answers
  max_tokens=300

  personality="warm"
  tools=[tool.a,tool.b]
  metadata={a=1,long_key=2}
  output {
    type=object({ winner=string, score=optional(number,0) })
  }
}
