mood = "merry"
