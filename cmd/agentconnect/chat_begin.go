package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/remote"
	"github.com/agentconnect-dev/agentconnect/cmd/agentconnect/internal/screen"
)

// begin makes a session from a template.
func (v *visitor) begin(ctx context.Context) (*remote.Session, error) {
	list, err := v.client.Templates(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(t remote.Template) bool { return t.Name == v.target.Template })
	if i < 0 {
		return nil, v.unknownTemplate(list)
	}
	values, err := v.values(ctx, &list[i])
	if err != nil {
		return nil, err
	}
	return v.client.Create(ctx, list[i].Name, values)
}

// unknownTemplate says what there is instead.
func (v *visitor) unknownTemplate(list []remote.Template) error {
	var names []string
	var lines strings.Builder
	for _, t := range list {
		names = append(names, t.Name)
		fmt.Fprintf(&lines, "\n  %s  %s", screen.Line(t.Name), screen.Line(t.Description))
	}
	if v.target.Template == "" {
		return usageError("choose a template of %s, by its name at the end:%s", v.target.Server, lines.String())
	}
	message := fmt.Sprintf("%s has no template %q", v.target.Server, v.target.Template)
	if near := nearest(v.target.Template, names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return usageError("%s\nThere are:%s", message, lines.String())
}

// values are those of the flags, and what the person answers to questions about
// the others that are needed.
func (v *visitor) values(ctx context.Context, t *remote.Template) (map[string]json.RawMessage, error) {
	values := map[string]json.RawMessage{}
	declared := t.Variables()
	for _, in := range v.o.vars.list {
		i := slices.IndexFunc(declared, func(x remote.Variable) bool { return x.Name == in.Name })
		if i < 0 {
			return nil, noVariable(in.Name, t, declared)
		}
		values[in.Name] = jsonValue(in.Text, declared[i].Type)
	}
	var missing []string
	for _, x := range declared {
		if _, given := values[x.Name]; given || !x.Required {
			continue
		}
		if !v.a.con.inTTY || !v.a.con.errTTY {
			missing = append(missing, "--var "+x.Name+"=…")
			continue
		}
		text, err := v.askVariable(ctx, &x)
		if err != nil {
			return nil, err
		}
		values[x.Name] = jsonValue(text, x.Type)
	}
	if len(missing) > 0 {
		return nil, usageError("the template %s needs %s", t.Name, strings.Join(missing, " and "))
	}
	return values, nil
}

func noVariable(name string, t *remote.Template, declared []remote.Variable) error {
	var names []string
	for _, x := range declared {
		names = append(names, x.Name)
	}
	message := fmt.Sprintf("the template %s has no variable %s", t.Name, name)
	if near := nearest(name, names); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return usageError("%s", message)
}

// askVariable asks for a value.
func (v *visitor) askVariable(ctx context.Context, x *remote.Variable) (string, error) {
	if x.Description != "" {
		fmt.Fprintln(v.a.con.err, screen.Line(x.Description))
	}
	label := screen.Line(x.Name) + ": "
	if x.Type != "string" {
		label = fmt.Sprintf("%s (%s): ", screen.Line(x.Name), screen.Line(x.Type))
	}
	if x.Sensitive {
		return v.a.askHidden(ctx, label)
	}
	return v.a.ask(ctx, label)
}

// jsonValue is a text as the value of a variable: as it is for one of type
// string, else as the JSON that it is. What is no JSON goes as a text, so that
// the server says what is wrong with it.
func jsonValue(text, kind string) json.RawMessage {
	if kind != "string" && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(strings.ToValidUTF8(text, "\uFFFD"))
	if err != nil { // a text is always JSON
		return nil
	}
	return quoted
}
