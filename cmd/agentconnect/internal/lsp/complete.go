package lsp

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/lsp/hcllang"
	"github.com/agentconnect-dev/agentconnect/specs"
)

// Kinds of completion items.
const (
	itemText     = 1
	itemFunction = 3
	itemField    = 5
	itemVariable = 6
	itemClass    = 7
	itemProperty = 10
	itemKeyword  = 14
	itemFile     = 17
	itemRef      = 18
	itemEnum     = 20
)

const formatSnippet = 2

func (s *server) complete(ctx context.Context, p *placeParams) (*completionList, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := &completionList{Items: []completionItem{}}
	if strings.HasSuffix(d.path, ".json") {
		return out, nil
	}
	offset := d.offset(p.Position)
	before := d.bytes[:offset]
	c := at(before, s.lexed.Tokens(before))
	if c.comment {
		return out, nil
	}
	w := &completer{server: s, doc: d, root: s.root(d.path), offset: offset, cursor: c}
	switch {
	case isVars(d.path):
		w.variables()
	case c.text && !c.label:
		w.inText()
	case c.label && slices.Contains([]string{"mock", "mock_tool", "approve"}, c.header):
		w.declared(map[string]string{"mock": "provider"}[c.header])
	default:
		w.inSyntax(ctx)
	}
	out.Items = append(out.Items, w.items...)
	return out, nil
}

// A completer collects what may be written at one place.
type completer struct {
	*server
	doc    *document
	root   string
	offset int
	cursor
	items []completionItem
}

// add offers a text instead of the bytes from to the place, and of the rest of
// the word that begins there.
func (w *completer) add(item completionItem, from int, text string) {
	item.TextEdit = &textEdit{w.doc.span(from, w.offset+w.restOfWord()), text}
	item.FilterText = item.Label
	if written := string(w.doc.bytes[from:w.offset]); !strings.HasPrefix(item.Label, written) && strings.HasPrefix(text, written) {
		item.FilterText = text
	}
	item.SortText = fmt.Sprintf("%04d", len(w.items))
	w.items = append(w.items, item)
}

// restOfWord is how many bytes of a name follow the place.
func (w *completer) restOfWord() int {
	rest := w.doc.bytes[w.offset:]
	n := 0
	for n < len(rest) && wordByte(rest[n]) {
		n++
	}
	return n
}

func wordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// inText completes in a string: an expression, or a word that is expected.
func (w *completer) inText() {
	_, arg := w.describe(w.language(w.doc.path).docs)
	if arg == nil {
		return
	}
	if arg.Form.IsExpression() {
		w.expression(arg)
		return
	}
	inner := w.blocks[len(w.blocks)-1]
	switch {
	case len(arg.Enum) > 0:
		w.words(arg.Enum, itemEnum, "")
	case arg.Form == specs.FormRefOrName && w.kindOf() == "graph", inner.typ == "edge" && (arg.Name == "from" || arg.Name == "to"):
		w.nodes()
	case len(arg.Refs) == 1 && (arg.Refs[0] == "stop" || arg.Refs[0] == "session"):
		w.declared(arg.Refs[0])
	case arg.Form == specs.FormRefs, arg.Form == specs.FormRefOrName, arg.Form == specs.FormNumberMap, arg.Form == specs.FormRefMap:
		w.participants("")
	case inner.typ == "tool_call" && arg.Name == "name":
		w.tools()
	case inner.typ == "import":
		w.files()
	}
}

// kindOf is the kind of the block at the top.
func (c *cursor) kindOf() string {
	if len(c.blocks) > 0 && len(c.blocks[0].labels) > 1 {
		return c.blocks[0].labels[0]
	}
	return ""
}

// words offers texts for the whole string.
func (w *completer) words(words []string, kind int, detail string) {
	for _, word := range words {
		w.add(completionItem{Label: word, Kind: kind, Detail: detail}, w.start, word)
	}
}

// declared offers the names of a kind of block; without one those of tools.
func (w *completer) declared(block string) {
	for _, sym := range w.symbols(w.root) {
		if sym.Block == cmp.Or(block, "tool") {
			w.words([]string{sym.Name}, itemRef, sym.Block)
		}
	}
}

func (w *completer) participants(prefix string) {
	for _, sym := range w.symbols(w.root) {
		if isParticipant(sym.Block) {
			w.words([]string{prefix + sym.Name}, itemRef, sym.Block)
		}
	}
}

func isParticipant(block string) bool {
	return block == "agent" || block == "human" || block == "pattern"
}

func (w *completer) nodes() {
	for _, sym := range w.symbols(w.root) {
		if strings.HasPrefix(sym.Address, w.address()+".node.") {
			w.words([]string{sym.Name}, itemRef, "node")
		}
	}
}

func (w *completer) tools() {
	w.declared("tool")
	w.participants("transfer_to_")
}

// files offers what can be imported.
func (w *completer) files() {
	dir := filepath.Dir(w.doc.path)
	for _, pattern := range []string{"*.hcl", "*/*.hcl"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range found[:min(len(found), maxBeside)] {
			if rel, err := filepath.Rel(dir, name); err == nil && name != w.doc.path && !isTest(name) && !isVars(name) {
				w.words([]string{"./" + filepath.ToSlash(rel)}, itemFile, "")
			}
		}
	}
}

// expression completes inside of a condition.
func (w *completer) expression(arg *specs.ArgDoc) {
	typed := unescape(string(w.doc.bytes[w.start:w.offset]))
	found, replace := w.exprNames(w.root).Complete(w.place(arg), typed)
	kinds := map[specs.ExprItemKind]int{
		specs.ItemName: itemVariable, specs.ItemField: itemField, specs.ItemFunction: itemFunction, specs.ItemOperator: itemKeyword,
		specs.ItemParticipant: itemRef, specs.ItemWord: itemEnum,
	}
	from := max(w.offset-replace, w.start)
	for _, it := range found {
		w.add(completionItem{Label: it.Name, Kind: kinds[it.Kind], Detail: it.Detail, Documentation: markdown(it.Doc)}, from, it.Name)
	}
}

// unescape undoes the escapes of a quoted string, as far as completing cares.
func unescape(raw string) string {
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `$${`, `${`, `%%{`, `%{`, `\n`, "\n").Replace(raw)
}

// inSyntax completes blocks, arguments, labels and HCL expressions.
func (w *completer) inSyntax(ctx context.Context) {
	found, err := w.language(w.doc.path).Complete(ctx, w.doc.bytes[:w.offset], w.refNames())
	if err != nil {
		fmt.Fprintf(w.cfg.Log, "completion: %v\n", err)
		return
	}
	below := w.argsBelow()
	rank := map[hcllang.Kind]int{hcllang.KindReference: 1, hcllang.KindFunction: 2}
	slices.SortStableFunc(found, func(a, b hcllang.Candidate) int { return rank[a.Kind] - rank[b.Kind] })
	for _, c := range found {
		if c.Kind == hcllang.KindArgument && slices.Contains(below, c.Label) {
			continue
		}
		w.candidate(c)
	}
}

// candidate offers what hcl-lang found.
func (w *completer) candidate(c hcllang.Candidate) {
	kinds := map[hcllang.Kind]int{
		hcllang.KindBlock: itemClass, hcllang.KindArgument: itemProperty, hcllang.KindLabel: itemEnum, hcllang.KindReference: itemRef,
		hcllang.KindFunction: itemFunction, hcllang.KindValue: itemEnum,
	}
	item := completionItem{Label: c.Label, Kind: kinds[c.Kind], Detail: c.Detail, Documentation: markdown(c.Doc)}
	text := c.Text
	w.mu.Lock()
	snippets := w.snippets
	w.mu.Unlock()
	if snippets {
		item.InsertTextFormat, text = formatSnippet, c.Snippet
	} else if c.Kind == hcllang.KindArgument {
		text += " = "
	}
	if c.More {
		item.Command = &command{"Suggest", "editor.action.triggerSuggest"}
	}
	w.add(item, min(c.From, w.offset), text)
	if c.Kind != hcllang.KindReference {
		return
	}
	w.items[len(w.items)-1].TextEdit.Range.End = w.doc.position(w.offset + w.restOfWord())
}

// refNames are the names that references lead to.
func (w *completer) refNames() []hcllang.Name {
	var out []hcllang.Name
	self := w.address()
	for _, sym := range w.symbols(w.root) {
		if strings.Count(sym.Address, ".") != 1 || sym.Address == self && sym.Block != "variable" {
			continue
		}
		kind, name, _ := strings.Cut(sym.Address, ".")
		detail := sym.Block
		if sym.Kind != "" {
			detail += " " + sym.Kind
		}
		out = append(out, hcllang.Name{Kind: kind, Name: name, Detail: detail, Doc: sym.Description})
	}
	return out
}

// argsBelow are the arguments that the block has after the place.
func (w *completer) argsBelow() []string {
	rest := w.doc.bytes[w.offset:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[i:]
	}
	var out []string
	depth := 0
	for line := range bytes.Lines(rest) {
		line = bytes.TrimSpace(line)
		if depth == 0 && bytes.HasPrefix(line, []byte("}")) {
			break
		}
		if name, _, ok := bytes.Cut(line, []byte("=")); ok && depth == 0 {
			out = append(out, string(bytes.TrimSpace(name)))
		}
		depth += bytes.Count(line, []byte("{")) - bytes.Count(line, []byte("}"))
		if len(out) > maxBeside {
			break
		}
	}
	return out
}

// variables offers the variables of the scenario, in a file of their values.
func (w *completer) variables() {
	if len(w.blocks) > 0 || w.arg != "" {
		return
	}
	word := w.offset
	for word > 0 && wordByte(w.doc.bytes[word-1]) {
		word--
	}
	for _, sym := range w.symbols(w.root) {
		if sym.Block == "variable" {
			w.add(completionItem{Label: sym.Name, Kind: itemVariable, Detail: "variable", Documentation: markdown(sym.Description)}, word, sym.Name+" = ")
		}
	}
}
