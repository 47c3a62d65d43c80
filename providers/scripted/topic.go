package scripted

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agentconnect-dev/agentconnect/providers"
)

const (
	maxScanned = 4096 // bytes of a text that are looked at
	maxPhrase  = 4    // words
	maxTopic   = 60   // bytes
	maxBack    = 8    // messages in which a topic is looked for
)

// topicOf is what a conversation is about by now: what the last of its messages
// that name something are about.
func topicOf(messages []providers.Message) string {
	for i := len(messages) - 1; i >= max(0, len(messages)-maxBack); i-- {
		if topic := about(messages[i].Content); topic != "" {
			return topic
		}
	}
	return ""
}

// about is what a message names in typographic quotes, as composed answers do,
// so that a topic is carried on; else its key phrase.
func about(message string) string {
	message = message[:boundary(message, maxScanned)]
	if _, after, ok := strings.Cut(message, "“"); ok {
		if quoted, _, ok := strings.Cut(after, "”"); ok && quoted != "" && len(quoted) <= maxTopic {
			return quoted
		}
	}
	if name, text, ok := strings.Cut(message, "] "); ok && strings.HasPrefix(name, "[") && len(name) <= maxTopic {
		message = text // who says it is not what it is about
	}
	return keyPhrase(message)
}

// aimOf is the key phrase of the sentence of a system prompt that says most.
// Sentences that say who is present or what the agent is called do not count.
func aimOf(system string) string {
	aim, most := "", 0
	for sentence := range strings.FieldsFuncSeq(system, endsSentence) {
		said := 0
		for word := range strings.FieldsFuncSeq(sentence, separates) {
			if !isCommon(word) {
				said++
			}
		}
		if said <= most || introduces(sentence, said) {
			continue
		}
		if phrase := keyPhrase(sentence); phrase != "" {
			aim, most = phrase, said
		}
	}
	return aim
}

// introduces says whether a sentence with so many words that count tells about
// names and people.
func introduces(sentence string, said int) bool {
	s := strings.ToLower(strings.TrimLeft(sentence, " \t-*#"))
	if strings.HasPrefix(s, "you are ") {
		return said < 3 // a name; more tells what the agent is for
	}
	for _, start := range []string{"your name", "name:", "personality", "your personality", "capabilit", "your capabilit", "others", "the others", "participants", "also present"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// keyPhrase is the longest run of words that are not common ones, within a
// sentence; of several the last, since English puts there what is new.
func keyPhrase(text string) string {
	best, most, start, end, words := "", 0, -1, 0, 0
	flush := func() {
		if words > 0 && words >= most && end-start <= maxTopic {
			best, most = text[start:end], words
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
	case "the", "and", "against", "for", "are", "was", "were", "has", "have", "had", "not", "but", "you", "your", "yours", "our", "ours", "their",
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
