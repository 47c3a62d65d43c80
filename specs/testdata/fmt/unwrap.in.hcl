locals {
  one    = "${var.a}"
  nested = "${"${var.a}"}"
  list   = ["${var.a}", "x${var.a}", upper("${var.b}")]
  map    = { "${var.a}" = "${var.b}", c : "${[for x in var.list : "${x}"]}" }
  each   = { for k, v in var.m : k => "${v}" }
  op     = "${var.a}" == "b" ? 1 : "${var.c}"
  text   = "$${var.a} %%{if}"
  strip  = "${~ var.a ~}"
  lines  = "${
    var.a
  }"
}
