/*  A licence

    in two paragraphs.  */
variable "a" { default = 1 }        # one
variable "b" { default = "longer" } # two

// slashes
agent /* odd */ "x" {
  name = "x" /* inline */
  # own line
  tools = [ # of a list
    tool.a, /* in it */
    # before
    tool.b,
  ]
}

# At the end, without a line's end
# last
