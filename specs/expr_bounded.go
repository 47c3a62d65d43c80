package specs

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm/runtime"
)

// boundedFunc is a function that books in the frame what it makes.
type boundedFunc struct {
	returns reflect.Type
	run     func(f *frame, args []any) (any, error)
}

// boundedFuncs are the functions that take the place of the library's, which
// know no bounds.
func boundedFuncs() map[string]boundedFunc {
	text, flag := reflect.TypeFor[func(any, ...any) string](), reflect.TypeFor[func(any, ...any) bool]()
	list, anything := reflect.TypeFor[func(any, ...any) []any](), reflect.TypeFor[func(any, ...any) any]()
	texts := reflect.TypeFor[func(any, ...any) []string]()
	return map[string]boundedFunc{
		"+":           {anything, add},
		"matches":     {flag, matchFunc(false)},
		"not matches": {flag, matchFunc(true)},
		"upper":       {text, caseFunc(strings.ToUpper)},
		"lower":       {text, caseFunc(strings.ToLower)},
		"repeat":      {text, repeatText},
		"replace":     {text, replaceText},
		"split":       {texts, splitText},
		"join":        {text, joinTexts},
		"string":      {text, toText},
		"toJSON":      {text, toJSON},
		"fromJSON":    {anything, fromJSON},
		"type":        {text, typeOfValue},
		"min":         {anything, numbersFunc(least)},
		"max":         {anything, numbersFunc(greatest)},
		"mean":        {anything, numbersFunc(mean)},
		"median":      {anything, numbersFunc(median)},
		"sort":        {list, sortValues},
		"uniq":        {list, uniqueValues},
		"concat":      {list, concatLists},
		"flatten":     {list, flattenLists},
		"first":       {anything, func(_ *frame, args []any) (any, error) { return fetchAt(args[0], 0), nil }},
		"last":        {anything, func(_ *frame, args []any) (any, error) { return fetchAt(args[0], -1), nil }},
		"get":         {anything, func(_ *frame, args []any) (any, error) { return fetchAt(args[0], args[1]), nil }},
	}
}

// runtimeConfig is how finished trees are typed and compiled.
func runtimeConfig() *conf.Config {
	config := conf.CreateNew()
	config.WithEnv(frame{})
	for name, fn := range boundedFuncs() {
		hidden := boundedName(name)
		config.Functions[hidden] = &builtin.Function{Name: hidden, Types: []reflect.Type{fn.returns}, Func: inFrame(fn.run)}
	}
	return config
}

func inFrame(run func(*frame, []any) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		f, ok := args[0].(*frame)
		if !ok {
			return nil, evalError("No evaluation is going on.")
		}
		if err := f.look(); err != nil {
			return nil, err
		}
		return run(f, args[1:])
	}
}

// textArg is an argument that must be a text.
func textArg(args []any, i int) (string, error) {
	s, ok := args[i].(string)
	if !ok {
		return "", evalError("A string is needed, not " + kindOf(args[i]) + ".")
	}
	return s, nil
}

// textArgs are the first n arguments, all of them texts.
func textArgs(args []any, n int) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		s, err := textArg(args, i)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

// add joins texts and adds numbers.
func add(f *frame, args []any) (any, error) {
	s, isText := args[0].(string)
	t, too := args[1].(string)
	if isText && too {
		if err := f.spend(len(s) + len(t)); err != nil {
			return nil, err
		}
		return s + t, nil
	}
	_, a := number(args[0])
	_, b := number(args[1])
	if !a || !b {
		return nil, evalError("+ does not work between " + kindOf(args[0]) + " and " + kindOf(args[1]) + ".")
	}
	return runtime.Add(args[0], args[1]), nil
}

// matchFunc tests a regular expression. What is absent matches neither way.
func matchFunc(negated bool) func(*frame, []any) (any, error) {
	return func(_ *frame, args []any) (any, error) {
		text, ok := args[0].(string)
		if !ok || args[1] == nil {
			return false, nil
		}
		p, ok := args[1].(*pattern)
		if !ok {
			written, err := textArg(args, 1)
			if err != nil {
				return nil, err
			}
			var problem string
			if p, problem = newPattern(written); problem != "" {
				return nil, evalError(problem)
			}
		}
		if p.size*len(text) > maxPatternSteps {
			return nil, evalError("The text of " + strconv.Itoa(len(text)) + " bytes is too long for this regular expression. Use contains, or a simpler one.")
		}
		return p.re.MatchString(text) != negated, nil
	}
}

func caseFunc(change func(string) string) func(*frame, []any) (any, error) {
	return func(f *frame, args []any) (any, error) {
		s, err := textArg(args, 0)
		if err != nil {
			return nil, err
		}
		if err := f.spend(len(s)); err != nil {
			return nil, err
		}
		return change(s), nil
	}
}

func repeatText(f *frame, args []any) (any, error) {
	s, err := textArg(args, 0)
	if err != nil {
		return nil, err
	}
	n, _ := number(args[1])
	if n < 0 || n > maxMade {
		return nil, evalError(tooMuchText)
	}
	if err := f.spend(len(s) * int(n)); err != nil {
		return nil, err
	}
	return strings.Repeat(s, int(n)), nil
}

func replaceText(f *frame, args []any) (any, error) {
	t, err := textArgs(args, 3)
	if err != nil {
		return nil, err
	}
	limit := strings.Count(t[0], t[1])
	if len(args) == 4 {
		if n, _ := number(args[3]); n >= 0 {
			limit = min(limit, int(n))
		}
	}
	if err := f.spend(len(t[0]) + limit*len(t[2])); err != nil {
		return nil, err
	}
	return strings.Replace(t[0], t[1], t[2], limit), nil
}

func splitText(f *frame, args []any) (any, error) {
	t, err := textArgs(args, 2)
	if err != nil {
		return nil, err
	}
	limit := -1
	if len(args) == 3 {
		n, _ := number(args[2])
		limit = int(n)
	}
	const header = 16 // bytes of a string beside its text
	if err := f.spend(header * (strings.Count(t[0], t[1]) + 1)); err != nil {
		return nil, err
	}
	return strings.SplitN(t[0], t[1], limit), nil
}

// joinTexts joins what is there.
func joinTexts(f *frame, args []any) (any, error) {
	glue := ""
	if len(args) == 2 {
		s, err := textArg(args, 1)
		if err != nil {
			return nil, err
		}
		glue = s
	}
	list, size, err := textList(args[0])
	if err != nil {
		return nil, err
	}
	if err := f.spend(size + len(glue)*len(list)); err != nil {
		return nil, err
	}
	return strings.Join(list, glue), nil
}

func textList(list any) (texts []string, size int, err error) {
	for _, v := range elements(list) {
		if v == nil {
			continue
		}
		s, ok := v.(string)
		if !ok {
			return nil, 0, evalError("join needs a list of strings, and one element is " + kindOf(v) + ".")
		}
		texts, size = append(texts, s), size+len(s)
	}
	return texts, size, nil
}

// fromJSON reads a text as JSON; what is not JSON is absent.
func fromJSON(f *frame, args []any) (any, error) {
	s, err := textArg(args, 0)
	if err != nil {
		return nil, err
	}
	const growth = 16 // a value takes more room than its text
	if err := f.spend(growth * len(s)); err != nil {
		return nil, err
	}
	var v any
	_ = json.Unmarshal([]byte(s), &v) // it leaves v alone when s is not JSON
	return v, nil
}
