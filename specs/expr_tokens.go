package specs

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// An ExprToken is a piece of an expression, in bytes.
type ExprToken struct {
	From, To int
	Kind     ExprTokenKind
}

// ExprTokenKind says what an ExprToken is.
type ExprTokenKind string

// The kinds of tokens.
const (
	TokenName     ExprTokenKind = "name"
	TokenField    ExprTokenKind = "field"
	TokenFunction ExprTokenKind = "function"
	TokenNumber   ExprTokenKind = "number"
	TokenText     ExprTokenKind = "text"
	TokenWord     ExprTokenKind = "word" // an operator or a value that is a word
	TokenOperator ExprTokenKind = "operator"
)

// ExprTokens are the pieces of an expression, as it is written between its
// quotes. One that cannot be taken apart has none.
func ExprTokens(text string) []ExprToken {
	if len(text) > maxExprText || !utf8.ValidString(text) {
		return nil
	}
	tokens, err := lexer.Lex(file.NewSource(text))
	if err != nil {
		return nil
	}
	bytes, words := runeOffsets(text), operatorDocs()
	var out []ExprToken
	for i, t := range tokens {
		kind := tokenKind(tokens, i, words)
		if kind == "" {
			continue
		}
		from, to := clampedAt(bytes, t.From), clampedAt(bytes, t.To)
		if from < to {
			out = append(out, ExprToken{from, to, kind})
		}
	}
	return out
}

func tokenKind(tokens []lexer.Token, i int, words map[string]string) ExprTokenKind {
	t := tokens[i]
	switch t.Kind {
	case lexer.Number:
		return TokenNumber
	case lexer.String:
		return TokenText
	case lexer.Identifier:
		switch {
		case words[t.Value] != "" || t.Value == "true" || t.Value == "false":
			return TokenWord
		case i > 0 && (tokens[i-1].Value == "." || tokens[i-1].Value == "?."):
			return TokenField
		case i+1 < len(tokens) && tokens[i+1].Value == "(":
			return TokenFunction
		}
		return TokenName
	case lexer.Operator:
		if t.Value != "" && strings.Trim(t.Value, "abcdefghijklmnopqrstuvwxyzW") == "" {
			return TokenWord
		}
		if t.Value == "." || t.Value == "?." || t.Value == "," {
			return ""
		}
		return TokenOperator
	default:
		return ""
	}
}
