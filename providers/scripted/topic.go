package scripted

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxScanned = 4096 // bytes of a text that are looked at
	maxPhrase  = 4    // words
	maxTopic   = 60   // bytes
)

// topicOf is what a message is about: what it names in typographic quotes, as
// composed answers do, so that a topic is carried on; else its key phrase.
func topicOf(message string) string {
	message = message[:boundary(message, maxScanned)]
	if _, after, ok := strings.Cut(message, "“"); ok {
		if quoted, _, ok := strings.Cut(after, "”"); ok && quoted != "" && len(quoted) <= maxTopic {
			return quoted
		}
	}
	return keyPhrase(message)
}

// aimOf is the key phrase of the sentence of a system prompt that says most.
// Sentences that say who is present or what the agent is called do not count.
func aimOf(system string) string {
	system = system[:boundary(system, maxScanned)]
	aim, most := "", 0
	for sentence := range strings.FieldsFuncSeq(system, endsSentence) {
		if introduces(sentence) {
			continue
		}
		said := 0
		for word := range strings.FieldsFuncSeq(sentence, separates) {
			if !isCommon(word) {
				said++
			}
		}
		if phrase := keyPhrase(sentence); said > most && phrase != "" {
			aim, most = phrase, said
		}
	}
	return aim
}

// introduces says whether a sentence tells about names and people.
func introduces(sentence string) bool {
	s := strings.ToLower(strings.TrimLeft(sentence, " \t-*#"))
	for _, start := range []string{"you are ", "your name", "name:", "personality", "your personality", "capabilit", "your capabilit", "others", "the others", "participants", "also present"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// keyPhrase is the longest run of words that are not common ones, within a
// sentence.
func keyPhrase(text string) string {
	best, start, end, words := "", -1, 0, 0
	flush := func() {
		if start >= 0 && end-start > len(best) && end-start <= maxTopic {
			best = text[start:end]
		}
		start, words = -1, 0
	}
	for at := 0; at < len(text); {
		word, next := nextWord(text, at)
		if word == "" {
			break
		}
		begin := next - len(word)
		if start >= 0 && strings.TrimLeft(text[end:begin], " ") != "" {
			flush() // punctuation lies between
		}
		if isCommon(word) || words == maxPhrase {
			flush()
		}
		if !isCommon(word) {
			if start < 0 {
				start = begin
			}
			end, words = next, words+1
		}
		at = next
	}
	flush()
	return best
}

// nextWord is the first word at or after a place, and where it ends.
func nextWord(text string, at int) (word string, end int) {
	for at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		if !separates(r) {
			break
		}
		at += n
	}
	end = at
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		if separates(r) {
			break
		}
		end += n
	}
	return text[at:end], end
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '\'' && r != '’'
}

func endsSentence(r rune) bool {
	return r == '.' || r == '!' || r == '?' || r == '\n' || r == ';'
}

// isCommon says whether a word tells nothing about a topic.
func isCommon(word string) bool {
	if utf8.RuneCountInString(word) < 3 {
		return true
	}
	switch strings.ToLower(word) {
	case "the", "and", "for", "are", "was", "were", "has", "have", "had", "not", "but", "you", "your", "yours", "our", "ours", "their",
		"they", "them", "his", "her", "its", "this", "that", "these", "those", "there", "here", "with", "without", "from", "into", "about",
		"what", "which", "who", "whom", "when", "where", "why", "how", "can", "could", "should", "would", "will", "shall", "may", "might",
		"must", "does", "did", "done", "been", "being", "than", "then", "also", "too", "very", "much", "many", "more", "most", "some", "any",
		"all", "each", "every", "both", "only", "just", "like", "such", "one", "two", "please", "let", "lets", "let's", "i'm", "it's",
		"say", "says", "said", "tell", "give", "make", "get", "use", "think", "know", "want", "need", "begin", "start", "hello", "thanks",
		"agent", "conversation", "argue", "answer", "reply", "question", "keep", "never", "always", "after", "before", "over", "under",
		"other", "others", "own", "out", "off", "now", "still", "again", "because", "while", "whether", "between", "through":
		return true
	default:
		return false
	}
}
