version = "2.3"
