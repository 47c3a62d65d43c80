package scripted_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/agentconnect-dev/agentconnect/providers"
	"github.com/agentconnect-dev/agentconnect/providers/providertest"
	"github.com/agentconnect-dev/agentconnect/providers/scripted"
)

// composed is the JSON that is composed for a schema at some call.
func composed(t *testing.T, schema string, call int) providertest.Result {
	t.Helper()
	req := from("ada", motion)
	req.Schema = json.RawMessage(schema)
	marks := make([]string, call-1)
	return providertest.Collect(t, scripted.Simulate("x").ForSession(marks).Stream(t.Context(), req))
}

// check validates with an independent implementation.
func check(t *testing.T, schema, text string) {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatalf("schema %s: %v", schema, err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatalf("schema %s: %v", schema, err)
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Errorf("schema %s: got %q: %v", schema, text, err)
		return
	}
	if err := resolved.Validate(value); err != nil {
		t.Errorf("schema %s: got %s: %v", schema, text, err)
	}
}

func TestComposedJSON(t *testing.T) {
	schemas := map[string]string{
		"anything":              `{}`,
		"true":                  `true`,
		"null":                  `{"type":"null"}`,
		"boolean":               `{"type":"boolean"}`,
		"string":                `{"type":"string"}`,
		"short string":          `{"type":"string","maxLength":3}`,
		"long string":           `{"type":"string","minLength":500}`,
		"exact string":          `{"type":"string","minLength":7,"maxLength":7}`,
		"pattern":               `{"type":"string","pattern":"^[A-Z]{3}-\\d{4}(-x)?$"}`,
		"pattern with length":   `{"type":"string","pattern":"^[a-z]+$","minLength":10,"maxLength":12}`,
		"pattern of choices":    `{"type":"string","pattern":"^(low|high)\\.[^a]*$"}`,
		"enum":                  `{"enum":["low","high"]}`,
		"enum with null":        `{"type":["string","null"],"enum":[null,"low"]}`,
		"const":                 `{"const":{"a":[1,null]}}`,
		"integer":               `{"type":"integer"}`,
		"integer range":         `{"type":"integer","minimum":3,"maximum":3}`,
		"negative range":        `{"type":"integer","maximum":-5}`,
		"exclusive":             `{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5}`,
		"multiple":              `{"type":"integer","multipleOf":7,"minimum":100}`,
		"number below one":      `{"type":"number","minimum":0.2,"maximum":0.8}`,
		"exclusive number":      `{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}`,
		"fractions":             `{"type":"number","multipleOf":0.25,"minimum":0.1,"maximum":0.4}`,
		"list":                  `{"type":"array","items":{"type":"integer"}}`,
		"list bounds":           `{"type":"array","items":{"type":"string"},"minItems":5,"maxItems":6}`,
		"empty list":            `{"type":"array","maxItems":0}`,
		"unique enum":           `{"type":"array","items":{"enum":["a","b","c"]},"minItems":3,"uniqueItems":true}`,
		"unique integers":       `{"type":"array","items":{"type":"integer","minimum":1,"maximum":5},"minItems":5,"uniqueItems":true}`,
		"unique strings":        `{"type":"array","items":{"type":"string"},"minItems":9,"uniqueItems":true}`,
		"tuple":                 `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"},{"type":"boolean"}],"items":false,"minItems":3}`,
		"object":                `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"],"additionalProperties":false}`,
		"required, undeclared":  `{"type":"object","required":["a"]}`,
		"map":                   `{"type":"object","additionalProperties":{"type":"integer"}}`,
		"map bounds":            `{"type":"object","additionalProperties":{"type":"integer"},"minProperties":3}`,
		"few properties":        `{"type":"object","properties":{"a":{},"b":{},"c":{}},"required":["b"],"maxProperties":2}`,
		"any of":                `{"anyOf":[{"type":"null"},{"type":"integer","minimum":5}]}`,
		"one of objects":        `{"oneOf":[{"type":"object","properties":{"kind":{"const":"a"}},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"b"}},"required":["kind"]}]}`,
		"base and alternatives": `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`,
		"all of":                `{"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"integer","minimum":4}},"required":["b"]}]}`,
		"all of bounds":         `{"type":"integer","allOf":[{"minimum":5},{"minimum":2},{"maximum":6},{"maximum":90}]}`,
		"all of references":     `{"$defs":{"a":{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]},"b":{"properties":{"y":{"type":"string"}},"required":["y"]}},"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}]}`,
		"reference":             `{"$defs":{"n":{"type":"integer"}},"type":"array","items":{"$ref":"#/$defs/n"}}`,
		"tree":                  `{"$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["name","children"],"additionalProperties":false}},"$ref":"#/$defs/node"}`,
		"linked list":           `{"$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["next"]}},"$ref":"#/$defs/node"}`,
		"formats":               `{"type":"object","properties":{"a":{"type":"string","format":"date-time"},"b":{"type":"string","format":"email"},"c":{"type":"string","format":"uuid"}},"required":["a","b","c"]}`,
		"critic":                `{"type":"object","properties":{"accept":{"type":"boolean"},"feedback":{"type":"string"},"score":{"type":["number","null"],"minimum":0,"maximum":10}},"required":["accept","feedback"],"additionalProperties":false}`,
		"plan":                  `{"type":"object","properties":{"steps":{"type":"array","minItems":1,"maxItems":4,"items":{"type":"object","properties":{"agent":{"enum":["ada","bob"]},"task":{"type":"string"}},"required":["agent","task"],"additionalProperties":false}}},"required":["steps"]}`,
		"hinted types":          `{"properties":{"a":{"items":{"minimum":3}}},"required":["a"]}`,
	}
	for name, schema := range schemas {
		t.Run(name, func(t *testing.T) {
			for call := 1; call <= 12; call++ {
				r := composed(t, schema, call)
				if r.Err != nil || !r.Last.Simulated || r.Last.Finish != providers.FinishStop {
					t.Fatalf("got error %v, simulated %v, finish %q", r.Err, r.Last.Simulated, r.Last.Finish)
				}
				check(t, schema, r.Text)
				if again := composed(t, schema, call); again.Text != r.Text {
					t.Fatalf("got %s, then %s: want the same", r.Text, again.Text)
				}
			}
		})
	}
}

// A conversation whose end a composed verdict decides goes on for a while, then ends.
func TestComposedVerdict(t *testing.T) {
	schema := `{"type":"object","properties":{"accept":{"type":"boolean"}},"required":["accept"]}`
	for call, want := range map[int]string{1: `{"accept":false}`, 4: `{"accept":false}`, 5: `{"accept":true}`, 50: `{"accept":true}`} {
		if r := composed(t, schema, call); r.Text != want {
			t.Errorf("call %d: got %s, want %s", call, r.Text, want)
		}
	}
}

func TestNoSchema(t *testing.T) {
	for _, schema := range []string{`{`, `[]`, `"object"`, `null`, `7`} {
		r := composed(t, schema, 1)
		if providers.KindOf(r.Err) != providers.BadRequest || !strings.Contains(r.Err.Error(), "not a JSON schema") {
			t.Errorf("schema %s: got text %q, error %v; want kind %s", schema, r.Text, r.Err, providers.BadRequest)
		}
	}
}

// Schemas that cannot be satisfied, refer to themselves or ask for too much get
// some JSON, soon.
func TestStrangeSchemas(t *testing.T) {
	var properties []string
	for i := range 50 {
		properties = append(properties, fmt.Sprintf(`"p%d":{"$ref":"#/$defs/w"}`, i))
	}
	wide := `{"$defs":{"w":{"type":"object","properties":{` + strings.Join(properties, ",") + `}}},"$ref":"#/$defs/w"}`
	for name, schema := range map[string]string{
		"false":              `false`,
		"itself":             `{"$ref":"#"}`,
		"itself, all of":     `{"allOf":[{"$ref":"#"},{"$ref":"#"}]}`,
		"itself, any of":     `{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`,
		"no such definition": `{"$ref":"#/$defs/gone"}`,
		"elsewhere":          `{"$ref":"https://example.com/schema"}`,
		"endless":            `{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"}},"required":["a","b"]}`,
		"endless list":       `{"type":"array","items":{"$ref":"#"},"minItems":60}`,
		"wide":               wide,
		"huge":               `{"type":"array","items":{"type":"string","minLength":1e300},"minItems":1e300}`,
		"contradiction":      `{"type":"integer","minimum":5,"maximum":3,"multipleOf":1e-300}`,
		"numbers as text":    `{"type":"integer","minimum":"5","enum":"x","required":"a","properties":[]}`,
		"huge numbers":       `{"type":"number","minimum":1e308,"multipleOf":1e308}`,
		"nested repetition":  `{"type":"string","pattern":"((((x*)*)*)*)*y{1000}"}`,
		"empty repetition":   `{"type":"string","pattern":"(((^*)*)*)*$","minLength":9}`,
		"unknown pattern":    `{"type":"string","pattern":"(?=a)b\\1"}`,
		"impossible pattern": `{"type":"string","pattern":"[^\\x00-\\x{10FFFF}]"}`,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			r := composed(t, schema, 1)
			if r.Err != nil || !json.Valid([]byte(r.Text)) {
				t.Errorf("got %.200q, error %v; want JSON", r.Text, r.Err)
			}
			if took := time.Since(start); took > 5*time.Second || len(r.Text) > 4<<20 {
				t.Errorf("took %v for %d bytes, want little of both", took, len(r.Text))
			}
		})
	}
}

func FuzzComposedJSON(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#"}}}}`)
	f.Add(`{"allOf":[{"$ref":"#"},{"anyOf":[{"type":"string","pattern":"^a{2,5}(b|c)*$"}]}]}`)
	f.Add(`{"type":"number","multipleOf":0.1,"exclusiveMinimum":-3}`)
	f.Fuzz(func(t *testing.T, schema string) {
		r := composed(t, schema, 1)
		if schema == "" {
			return
		}
		if r.Err == nil && !json.Valid([]byte(r.Text)) || r.Err != nil && providers.KindOf(r.Err) != providers.BadRequest {
			t.Errorf("schema %q: got %q, error %v; want JSON or a bad request", schema, r.Text, r.Err)
		}
	})
}
