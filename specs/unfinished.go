package specs

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Unfinished says whether an HCL expression goes on in the next line: a
// bracket, a template or a heredoc is open, or an operator ends it.
func Unfinished(text string) bool {
	open, last := 0, hclsyntax.TokenNil
	for _, t := range lex([]byte(text+"\n"), syntaxExpression) {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			open--
		default: // the others open and close nothing
		}
		if t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenEOF && t.Type != hclsyntax.TokenComment {
			last = t.Type
		}
	}
	return open > 0 || open == 0 && slices.Contains(operators(), last)
}

// operators are what an expression cannot end with.
func operators() []hclsyntax.TokenType {
	return []hclsyntax.TokenType{
		hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
		hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang, hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual,
		hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq,
		hclsyntax.TokenQuestion, hclsyntax.TokenColon, hclsyntax.TokenComma, hclsyntax.TokenDot,
	}
}

// UnfinishedCondition is [Unfinished] for an expression of a running session.
func UnfinishedCondition(text string) bool {
	bare, quote := withoutTexts(text)
	open := 0
	for _, c := range bare {
		switch {
		case strings.ContainsRune("([{", c):
			open++
		case strings.ContainsRune(")]}", c):
			open--
		}
	}
	if quote >= 0 {
		return text[quote] == '`' || open > 0
	}
	return open > 0 || open == 0 && dangling(strings.TrimSpace(text))
}

// dangling says whether a text ends with an operator that wants more.
func dangling(text string) bool {
	for _, op := range []string{"&&", "||", "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "?", ":", ",", ".", "|", "!"} {
		if strings.HasSuffix(text, op) {
			return true
		}
	}
	words := strings.Fields(text)
	return len(words) > 1 && slices.Contains([]string{"and", "or", "not", "in", "contains", "matches", "startsWith", "endsWith"}, words[len(words)-1])
}
