mood = "sad"
