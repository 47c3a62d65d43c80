stop "s" {
    when="turns   >=  4   and last.content  contains  'I  AGREE'"
  reason = "It   is ${  var.x  } so."
}
stop "t" {
  when = <<-EOT
      turns >= 4
    and   true
  EOT
}
session "s" {
  pattern=pattern.p
  result="data.judge.winner   + ': '"
}
