motion = "Cities"
list = [
  1,
2]
object = {
  a  = 1
  bb = 2
}
next = true
