package specs

import (
	"errors"
	"fmt"
	"sync"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Expr is a compiled expression. It is immutable and may be evaluated by
// several goroutines at once.
//
// What is not there makes a comparison false instead of failing: see docs/adr.
type Expr struct {
	src     source
	program *vm.Program
	probes  *Probes
	spans   []span
	reads   EnvPart
	paths   []exprPath
	sought  []Sought
	counts  []*counted
	logic   *logic    // of counts; nil without them
	pool    sync.Pool // of *machine
}

// ExprError is what went wrong while an expression ran.
type ExprError struct {
	// Range are the characters of the source that the error is about.
	Range   Range
	Message string
}

// Error gives the place and the message.
func (e *ExprError) Error() string {
	if e.Range.Filename == "" {
		return e.Message
	}
	return fmt.Sprintf("%s:%d,%d: %s", e.Range.Filename, e.Range.Start.Line, e.Range.Start.Column, e.Message)
}

// Text is the expression as it was written, escapes undone.
func (e *Expr) Text() string { return e.src.text }

// Range is where the expression is written, quotes included.
func (e *Expr) Range() Range { return e.src.whole }

// Reads are the parts of the [Env] that the value depends on.
func (e *Expr) Reads() EnvPart { return e.reads }

// Bool evaluates a condition. Errors are of type [*ExprError].
func (e *Expr) Bool(env *Env) (bool, error) {
	out, err := e.run(env, nil)
	if err != nil {
		return false, err
	}
	if b, ok := out.(bool); ok || out == nil {
		return b, nil
	}
	return false, e.fail(0, fmt.Sprintf("The result is %s where true or false is wanted.", kindOf(out)))
}

// Name evaluates an expression that gives a text, such as the rule of a
// selector. It is empty when what the expression reads is not there.
func (e *Expr) Name(env *Env) (string, error) {
	out, err := e.run(env, nil)
	if err != nil {
		return "", err
	}
	if s, ok := out.(string); ok || out == nil {
		return s, nil
	}
	return "", e.fail(0, fmt.Sprintf("The result is %s where a string is wanted; string(…) makes one.", kindOf(out)))
}

// List evaluates an expression that gives a list. It is empty when what the
// expression reads is not there.
func (e *Expr) List(env *Env) ([]any, error) {
	out, err := e.run(env, nil)
	if err != nil || out == nil {
		return nil, err
	}
	if list, ok := plain(out).([]any); ok {
		return list, nil
	}
	return nil, e.fail(0, fmt.Sprintf("The result is %s where a list is wanted.", kindOf(out)))
}

// Value evaluates an expression that gives anything: a JSON value, nil when
// what the expression reads is not there.
func (e *Expr) Value(env *Env) (any, error) {
	out, err := e.run(env, nil)
	return plain(out), err
}

// Call evaluates the result of a tool over its input, which are the names that
// such an expression has.
func (e *Expr) Call(input map[string]any) (any, error) {
	out, err := e.run(&Env{}, input)
	return plain(out), err
}

// machine is what one evaluation uses; machines are reused.
type machine struct {
	vm    vm.VM
	frame frame
}

// maxIdleStack is how much of a used stack is worth keeping.
const maxIdleStack = 1024

func (e *Expr) run(env *Env, args map[string]any) (out any, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, e.fail(0, fmt.Sprintf("The expression cannot be evaluated: %v.", r))
		}
	}()
	if env == nil {
		env = &Env{}
	}
	m, ok := e.pool.Get().(*machine)
	if !ok {
		m = &machine{vm: vm.VM{MemoryBudget: maxValues}}
	}
	m.frame = frame{Env: env, Args: args}
	out, err = m.vm.Run(e.program, &m.frame)
	if err != nil {
		return nil, e.explain(err)
	}
	if size := (&measure{}); !scalar(out) && !size.walk(out) {
		return nil, e.fail(0, tooManyValues)
	}
	e.release(m)
	return out, nil
}

// release puts a machine back without what it has seen.
func (e *Expr) release(m *machine) {
	if cap(m.vm.Stack) > maxIdleStack {
		return
	}
	clear(m.vm.Stack[:cap(m.vm.Stack)])
	clear(m.vm.Variables)
	clear(m.vm.Scopes)
	m.frame = frame{}
	e.pool.Put(m)
}

func (e *Expr) explain(err error) error {
	at, message := 0, err.Error()
	if fe, ok := errors.AsType[*file.Error](err); ok {
		at, message = fe.From, fe.Message
	}
	if said, ok := errors.AsType[evalError](err); ok {
		return e.fail(at, said.Error())
	}
	return e.fail(at, runtimeMessage(message))
}

func (e *Expr) fail(id int, message string) *ExprError {
	return &ExprError{Range: e.src.span(spanOf(e.spans, id)), Message: message}
}
