# The editor's list, one answer for each chapter, and the publisher's decision.
# The first reader is slow; its answer is still shown first.
provider "scripted" "script" {
  reply {
    agent = agent.editor
    data = {
      chapters = [
        { title = "2 The timetable", look_for = "times that contradict chapter 5" },
        { title = "5 The last boat", look_for = "times that contradict chapter 2" },
        { title = "9 Morning", look_for = "names that were changed in between" },
      ]
    }
  }
  reply {
    agent   = agent.reader
    when    = "input contains '2 The timetable'"
    content = "Page 31: the last boat leaves at 22:10."
    delay   = "300ms"
  }
  reply {
    agent   = agent.reader
    when    = "input contains '5 The last boat'"
    content = "Page 88: the last boat has just left, and the clock says ten."
  }
  reply {
    agent   = agent.reader
    when    = "input contains '9 Morning'"
    content = "Nothing. Everybody is still called what they were called in the evening."
  }
  reply {
    agent   = agent.publisher
    content = "Chapter 5 goes back to the author: the clock on page 88 is ten minutes ahead of the timetable on page 31. The rest can be set."
  }
}
