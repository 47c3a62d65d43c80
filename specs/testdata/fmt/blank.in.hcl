


# The first comment.


variable "x" {}



variable "y" {

  default = 1



  description = "two"

}
# About the agent.
agent "a" {
  limits {

    max_turns = 1

  }


  # Inside.


}


# The last comment.

