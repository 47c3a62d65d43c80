package server

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// bodyShape has each kind of field that requests have.
type bodyShape struct {
	Name   string                `json:"name"`
	On     *bool                 `json:"on,omitempty"`
	Count  int                   `json:"count"`
	Seq    uint64                `json:"seq"`
	Ratio  float64               `json:"ratio"`
	Tags   []string              `json:"tags"`
	Agents map[string]shapeInner `json:"agents"`
	Any    any                   `json:"any"`
	Raw    json.RawMessage       `json:"raw"`
	Hidden string                `json:"-"`
}

type shapeInner struct {
	Provider string `json:"provider"`
}

func post(body, mediaType string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(body))
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	return r
}

func TestDecodeStatus(t *testing.T) {
	tests := []struct {
		body, mediaType string
		want            int
	}{
		{`{}`, "application/json", 0},
		{`{}`, "application/json; charset=utf-8", 0},
		{`{}`, "Application/JSON;charset=UTF-8", 0},
		{`{}`, "", 0},
		{` {"name":"ann","unknown":[1]} `, "application/json", 0},
		{`{"name":null,"tags":null,"agents":null,"on":null,"count":null}`, "application/json", 0},
		{`{"any":[1,{"a":2}],"raw":{"b":3},"-":1,"hidden":2}`, "application/json", 0},
		{`null`, "application/json", 0},
		{`{}`, "application/json; charset=latin1", 415},
		{`{}`, "text/plain", 415},
		{`{}`, "application/x-www-form-urlencoded", 415},
		{`{}`, "application/jsonx", 415},
		{`{}`, ";;", 415},
		{``, "application/json", 400},
		{`{`, "application/json", 400},
		{`{"name":"ann",}`, "application/json", 400},
		{`{} {}`, "application/json", 400},
		{`{}x`, "application/json", 400},
		{`NaN`, "application/json", 400},
		{"{\"name\":\"\xff\"}", "application/json", 400},
		{strings.Repeat("[", 20_000), "application/json", 400},
		{`[]`, "application/json", 422},
		{`"x"`, "application/json", 422},
		{`{"name":1}`, "application/json", 422},
		{`{"NAME":1}`, "application/json", 422},
		{`{"name":1,"name":"ann"}`, "application/json", 422},
		{`{"count":1.5}`, "application/json", 422},
		{`{"count":99999999999999999999}`, "application/json", 422},
		{`{"seq":-1}`, "application/json", 422},
		{`{"ratio":1e999}`, "application/json", 422},
		{`{"on":"yes"}`, "application/json", 422},
	}
	for _, tt := range tests {
		err := decode(post(tt.body, tt.mediaType), &bodyShape{})
		got := 0
		if err != nil {
			got = public(err).status
		}
		if got != tt.want {
			t.Errorf("%.40q as %q: got %d %v, want %d", tt.body, tt.mediaType, got, err, tt.want)
		}
	}
}

func TestDecodeValues(t *testing.T) {
	var v bodyShape
	if err := decode(post(`{"name":"ä","on":false,"count":-3,"tags":["a"],"agents":{"primary":{"provider":"p"}}}`, ""), &v); err != nil {
		t.Fatal(err)
	}
	off := false
	want := bodyShape{Name: "ä", On: &off, Count: -3, Tags: []string{"a"}, Agents: map[string]shapeInner{"primary": {"p"}}}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %+v, want %+v", v, want)
	}
}

func TestDecodePlaces(t *testing.T) {
	tests := []struct {
		body string
		want []fieldError
	}{
		{`{"agents":{"primary":{"provider":7}}}`, []fieldError{{[]any{"body", "agents", "primary", "provider"}, "must be a string", "string_type"}}},
		{`{"tags":["a",2,"c",null,{}]}`, []fieldError{
			{[]any{"body", "tags", 1}, "must be a string", "string_type"}, {[]any{"body", "tags", 4}, "must be a string", "string_type"},
		}},
		{`{"name":[],"agents":[],"tags":{},"on":0,"count":"1"}`, []fieldError{
			{[]any{"body", "agents"}, "must be an object", "object_type"},
			{[]any{"body", "count"}, "must be a number", "number_type"},
			{[]any{"body", "name"}, "must be a string", "string_type"},
			{[]any{"body", "on"}, "must be true or false", "bool_type"},
			{[]any{"body", "tags"}, "must be a list", "list_type"},
		}},
		{`7`, []fieldError{{[]any{"body"}, "must be an object", "object_type"}}},
	}
	for _, tt := range tests {
		err := decode(post(tt.body, "application/json"), &bodyShape{})
		if err == nil {
			t.Errorf("%s: no error", tt.body)
			continue
		}
		if e := public(err); !reflect.DeepEqual(e.errors, tt.want) || e.code != "VALIDATION_ERROR" {
			t.Errorf("%s: got %s %+v, want %+v", tt.body, e.code, e.errors, tt.want)
		}
	}
}

func TestDecodeTellsNotTooMuch(t *testing.T) {
	err := decode(post(`{"tags":[`+strings.Repeat("1,", 10_000)+`1]}`, ""), &bodyShape{})
	if n := len(public(err).errors); n != maxShapeErrors {
		t.Errorf("got %d findings, want %d", n, maxShapeErrors)
	}
}

func TestCompressedBodiesAreRefused(t *testing.T) {
	r := post(`{}`, "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	if err := decode(r, &bodyShape{}); public(err).status != http.StatusUnsupportedMediaType {
		t.Errorf("got %v", err)
	}
}

func TestReadLogin(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	multipart := "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann\r\n--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\np w\r\n--x--\r\n"
	tests := []struct {
		body, mediaType string
		want            int
	}{
		{"username=ann&password=p+w", form, 0},
		{"username=ann&password=p%20w&grant_type=password&scope=&client_id=x&client_secret=y", form + "; charset=utf-8", 0},
		{"username=ann&password=p%20w&grant_type=", form, 0},
		{"username=ann&password=p+w", "", 0},
		{multipart, "multipart/form-data; boundary=x", 0},
		{multipart, "multipart/form-data", 400},
		{"--x\r\nno header\r\n\r\nann\r\n--x--\r\n", "multipart/form-data; boundary=x", 400},
		{"username=ann&password=%zz", form, 400},
		{"username=ann;password=x", form, 400},
		{`{"username":"ann","password":"p w"}`, "application/json", 415},
		{"username=ann&password=p+w", "text/plain", 415},
		{"", form, 422},
		{"username=ann", form, 422},
		{"password=x", form, 422},
		{"username=&password=x", form, 422},
		{"username=ann&password=x&grant_type=refresh_token", form, 422},
	}
	for _, tt := range tests {
		r := post(tt.body, tt.mediaType)
		r.URL.RawQuery = "username=eve&password=eve"
		name, password, err := readLogin(r)
		got := 0
		if err != nil {
			got = public(err).status
		}
		if got != tt.want || err == nil && (name != "ann" || password != "p w") {
			t.Errorf("%.60q as %q: got %q, %q, %d %v, want %d", tt.body, tt.mediaType, name, password, got, err, tt.want)
		}
	}
	_, _, err := readLogin(post("", form))
	if e := public(err).errors; len(e) != 2 || !reflect.DeepEqual(e[0].Loc, []any{"body", "username"}) || !reflect.DeepEqual(e[1].Loc, []any{"body", "password"}) {
		t.Errorf("got %+v", e)
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{`{}`, `[]`, `{"name":"x","count":1,"agents":{"a":{"provider":"p"}}}`, `{"tags":[1]}`, "\xff", `{"a":{"a":{"a":1}}}`, `{"count":1e400}`} {
		f.Add(body, "application/json")
	}
	f.Fuzz(func(t *testing.T, body, mediaType string) {
		r := post(body, "")
		r.Header["Content-Type"] = []string{mediaType}
		var v bodyShape
		err := decode(r, &v)
		if err == nil {
			if !json.Valid([]byte(body)) {
				t.Errorf("%q was taken", body)
			}
			return
		}
		if s := public(err).status; s != 400 && s != 413 && s != 415 && s != 422 {
			t.Errorf("%q: got %v", body, err)
		}
	})
}

func FuzzLogin(f *testing.F) {
	f.Add("username=ann&password=x", "application/x-www-form-urlencoded")
	f.Add("--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann\r\n--x--\r\n", "multipart/form-data; boundary=x")
	f.Fuzz(func(t *testing.T, body, mediaType string) {
		r := post(body, "")
		r.Header["Content-Type"] = []string{mediaType}
		name, password, err := readLogin(r)
		if err == nil && (name == "" || password == "") {
			t.Errorf("%q: taken without name or password", body)
		}
		if err != nil {
			if s := public(err).status; s != 400 && s != 413 && s != 415 && s != 422 {
				t.Errorf("%q: got %v", body, err)
			}
		}
	})
}

func FuzzRedact(f *testing.F) {
	f.Add("token=secret&after=3")
	f.Add("a=1&%74oken=secret;token=secret")
	f.Fuzz(func(t *testing.T, query string) {
		if got := redact(query + "&token=ThEsEcReT&after=7"); strings.Contains(got, "ThEsEcReT") || !strings.HasSuffix(got, "&token=redacted&after=7") {
			t.Errorf("got %q", got)
		}
	})
}
