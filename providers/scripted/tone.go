package scripted

import "strings"

// tone is the manner in which a composed answer speaks.
type tone int

const (
	plain tone = iota
	warm
	doubtful
	formal
	curious
	helpful
)

// toneOf hears from a system prompt how an agent speaks: the word that comes
// first decides, since personalities are named before instructions.
func toneOf(system string) (t tone, brief bool) {
	s := strings.ToLower(system)
	first := len(s)
	for _, candidate := range []tone{warm, doubtful, formal, curious, helpful} {
		for _, cue := range cues(candidate) {
			if i := strings.Index(s[:first], cue); i >= 0 {
				t, first = candidate, i
			}
		}
	}
	for _, cue := range []string{"brief", "concise", "terse", "laconic", "one sentence", "short answer"} {
		brief = brief || strings.Contains(s, cue)
	}
	return t, brief
}

func cues(t tone) []string {
	switch t {
	case warm:
		return []string{"warm", "friendly", "kind", "cheerful", "empath", "optimis", "encourag", "enthusias"}
	case doubtful:
		return []string{"skeptic", "sceptic", "critic", "doubt", "argue against", "devil's advocate", "challenge", "contrarian"}
	case formal:
		return []string{"formal", "precise", "judge", "legal", "lawyer", "neutral", "impartial", "analyst", "auditor"}
	case curious:
		return []string{"curious", "interview", "ask question", "socratic", "journalist"}
	case helpful:
		return []string{"support", "help", "assist", "tutor", "teach", "coach", "triage"}
	default:
		return nil
	}
}

// phrases are the sentences of a tone. Aimed ones name the agent's aim too. The
// topic stands in typographic quotes, by which [topicOf] finds it again.
type phrases struct {
	openings, points, aimed, closings []string
}

func phrasesOf(t tone) phrases {
	switch t {
	case warm:
		return warmPhrases()
	case doubtful:
		return doubtfulPhrases()
	case formal:
		return formalPhrases()
	case curious:
		return curiousPhrases()
	case helpful:
		return helpfulPhrases()
	default:
		return plainPhrases()
	}
}

func plainPhrases() phrases {
	return phrases{
		openings: []string{"Here is how I see it.", "Let me take that up.", "That is a fair place to begin.", "I have a view on that."},
		points: []string{
			"On “{topic}”, I would look at one real case first and judge from there.",
			"With “{topic}”, the first step matters more than the perfect plan.",
			"What decides “{topic}” is who has to live with the result.",
			"If “{topic}” is to work, it has to be simple enough to explain in a minute.",
		},
		aimed: []string{
			"On “{topic}”, my part is \"{aim}\", so that is where I would start.",
			"I look at “{topic}” with \"{aim}\" in mind, and that makes the order of steps clear.",
			"For “{topic}”, everything I would suggest follows from \"{aim}\".",
			"Taking “{topic}” and \"{aim}\" together, I see one next step that is worth the effort.",
		},
		closings: []string{"That is my view for now.", "I would settle this before going on.", "Tell me if you see it otherwise.", "The rest can follow from there."},
	}
}

func warmPhrases() phrases {
	return phrases{
		openings: []string{"I like where this is going!", "Thank you, that helps.", "What a good thought.", "Happy to take this up."},
		points: []string{
			"With “{topic}”, I see people gaining something they will not want to give back.",
			"“{topic}” can start small: one good example, and others will follow.",
			"The best part of “{topic}” is how much of it is already within reach.",
			"I have faith in “{topic}”, because it begins with what people care about.",
		},
		aimed: []string{
			"When I think of “{topic}”, \"{aim}\" comes to mind first, and it makes me hopeful.",
			"“{topic}” is where \"{aim}\" can show what it is worth.",
			"I would love to see “{topic}” done in the spirit of \"{aim}\".",
			"For “{topic}”, let us keep \"{aim}\" close: it is what people will remember.",
		},
		closings: []string{"I think we can get there together.", "That would already be a fine step.", "I am glad we are talking about it.", "What would make it easier for you?"},
	}
}

func doubtfulPhrases() phrases {
	return phrases{
		openings: []string{"I am not convinced yet.", "Not so fast.", "That sounds better than it is.", "I hear the promise, but not the proof."},
		points: []string{
			"Who pays for “{topic}” when the first plan fails?",
			"“{topic}” has been tried in one form or another, and the hard part was never the idea.",
			"Before I accept “{topic}”, I want to see a number and where it comes from.",
			"The weak spot of “{topic}” is what happens in the cases nobody mentions.",
		},
		aimed: []string{
			"For “{topic}” to hold, \"{aim}\" has to be answered first, and I have not heard it answered.",
			"“{topic}” looks different once \"{aim}\" is taken seriously.",
			"I keep holding “{topic}” against \"{aim}\", and the two do not fit yet.",
			"Show me how “{topic}” survives \"{aim}\", and I will listen.",
		},
		closings: []string{"Until then I remain doubtful.", "One concrete case would change my mind.", "That is my objection.", "Where is the evidence?"},
	}
}

func formalPhrases() phrases {
	return phrases{
		openings: []string{"The matter can be stated briefly.", "I have considered what was said.", "Two things should be kept apart here.", "For the record, this is my assessment."},
		points: []string{
			"On “{topic}”, the claim and its conditions have both been named, and the conditions weigh more.",
			"As to “{topic}”, what was shown supports a limited step and not more.",
			"“{topic}” should be measured by its effect, not by its intention.",
			"Concerning “{topic}”, the burden lies with whoever proposes a change.",
		},
		aimed: []string{
			"On “{topic}”, the measure is \"{aim}\", and I apply it to both sides alike.",
			"As to “{topic}”, I find that \"{aim}\" is the point that decides.",
			"Concerning “{topic}”, my task is \"{aim}\"; what lies outside of it I leave open.",
			"“{topic}” is to be judged by \"{aim}\", and by nothing else.",
		},
		closings: []string{"This concludes my assessment for the moment.", "I reserve judgement on the remaining points.", "The next step should follow from this.", "Further evidence would be considered."},
	}
}

func curiousPhrases() phrases {
	return phrases{
		openings: []string{"That is interesting.", "Let me stay with that for a moment.", "I would like to understand this better.", "Good, there is something behind that."},
		points: []string{
			"How did “{topic}” first become important to you?",
			"When you think of “{topic}”, what would you do differently today?",
			"What is it about “{topic}” that people usually get wrong?",
			"If “{topic}” turned out well, how would you notice?",
		},
		aimed: []string{
			"How does “{topic}” relate to \"{aim}\", as you see it?",
			"What would “{topic}” look like if \"{aim}\" came first?",
			"Where do “{topic}” and \"{aim}\" get in each other's way?",
			"Could you give me an example of “{topic}” that shows \"{aim}\"?",
		},
		closings: []string{"Take your time.", "An example would help me.", "I am listening.", "Start wherever you like."},
	}
}

func helpfulPhrases() phrases {
	return phrases{
		openings: []string{"Thanks for the details.", "I can help with that.", "Let us sort this out.", "Good that you ask."},
		points: []string{
			"For “{topic}”, I would check the simplest cause first and then go step by step.",
			"“{topic}” usually comes down to one setting or one step, so let us find it.",
			"To get “{topic}” right, tell me what you expected and what happened instead.",
			"With “{topic}”, we can start from what already works.",
		},
		aimed: []string{
			"For “{topic}”, I start with \"{aim}\", since that settles most cases.",
			"“{topic}” is a case for \"{aim}\", so that is the first thing I do.",
			"Let us take “{topic}” one step at a time, beginning with \"{aim}\".",
			"I keep \"{aim}\" in view while we look at “{topic}”.",
		},
		closings: []string{"Tell me what you see, and we go on from there.", "Does that match what you have in front of you?", "If that does not help, I take the next step.", "I stay with you until it is done."},
	}
}
