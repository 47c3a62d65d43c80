# Answers by what the student says, each once; anything else gets the last two.
provider "scripted" "script" {
  reply {
    agent   = agent.tutor
    when    = "lower(input) contains 'steep'"
    times   = 1
    content = "How steep it is, yes, and that is a good word, because you can feel it in your legs. Now make it a number. You walk 4 steps to the right, and the path has taken you up by 2. A friend walks 8 to the right and is up by 4. Who is on the steeper path?"
  }
  reply {
    agent   = agent.tutor
    when    = "lower(input) contains 'same'"
    times   = 1
    content = "The same, although your friend climbed twice as high. So height alone cannot be it, and neither can length. What do you have to do with the two numbers, 2 and 4, and with 4 and 8, so that both times the same comes out?"
  }
  reply {
    agent   = agent.tutor
    when    = "lower(input) contains 'divide'"
    times   = 1
    content = "You just invented it: up, divided by across. It has been in the books for four hundred years and you needed three minutes. Here is a mean one: your path takes you 3 to the right and you end up 6 lower. What does your number say, and what would it feel like in the legs?"
  }
  reply {
    agent   = agent.tutor
    when    = "input contains '-2' or lower(input) contains 'minus'"
    times   = 1
    content = "Minus two. And you found the sign on your own, it is the part most people forget. When you want to know whether it sits, ask Dr Weiss for a task. She looks stricter than she is."
  }
  reply {
    agent   = agent.tutor
    when    = "lower(input) contains 'bye'"
    content = "Today you found out that a slope is up divided by across, and that going down makes it negative, and you found it by walking. See you next time."
  }
  reply {
    agent   = agent.tutor
    when    = "true"
    content = "Say a little more, I would like to see how you got there. If it helps, draw two points on squared paper and count the squares from one to the other, first across, then up."
  }

  reply {
    agent   = agent.examiner
    when    = "input contains '3' and agents['examiner'].turns > 0"
    times   = 1
    content = "Right. From 1 to 4 is 3 across, from 2 to 11 is 9 up, and 9 divided by 3 is 3. You may go."
  }
  reply {
    agent   = agent.examiner
    when    = "true"
    content = "A line goes through (1, 2) and (4, 11). Its slope, please. No calculator, one minute."
  }
}
