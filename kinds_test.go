package agentconnect_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/agentconnect-dev/agentconnect/specs"
)

// shown are scenarios of something with their event logs: in its normal course,
// at a limit, and when something fails.
type shown struct{ normal, limit, failure string }

// kindsShown has the scenarios of each kind of pattern.
func kindsShown() map[string]shown {
	return map[string]shown{
		"chat":         {"chat_pattern", "chat_mention", "chat_fails"},
		"round_robin":  {"round_robin", "limit_rounds", "all_fail"},
		"random":       {"random", "random_max_turns", "random_fails"},
		"sequential":   {"sequential", "sequential_limit", "sequential_fail"},
		"parallel":     {"parallel", "parallel_max_turns", "parallel_impossible"},
		"map":          {"map", "map_limit", "map_fails"},
		"loop":         {"loop_critic", "loop_exhausted", "loop_body_fails"},
		"selector":     {"selector_chair", "selector_chair_limit", "selector_chair_fails"},
		"moderated":    {"moderated", "moderated_full", "moderated_fails"},
		"handoff":      {"handoff", "handoff_session_limit", "handoff_fails"},
		"router":       {"router_when", "router_limit", "router_fails"},
		"supervisor":   {"supervisor", "supervisor_limit", "supervisor_fails"},
		"debate":       {"debate", "debate_max_turns", "debate_fails"},
		"vote":         {"vote", "vote_limit", "vote_fails"},
		"graph":        {"graph", "graph_max_visits", "graph_fails"},
		"plan_execute": {"plan_execute", "plan_execute_max_turns", "plan_execute_used_up"},
		"magentic":     {"magentic", "magentic_max_rounds", "magentic_fails"},
		"blackboard":   {"blackboard", "blackboard_max_activations", "blackboard_fails"},
		"auction":      {"auction", "auction_min_score", "auction_fails"},
	}
}

// stopsShown has those of each kind of condition, by its argument.
func stopsShown() map[string]shown {
	return map[string]shown{
		"when":                   {"stop_when", "stop_priority", "stop_error"},
		"tool":                   {"stop_tool", "stop_tool_limit", "stop_tool"},
		"judge":                  {"stop_judge", "stop_judge_limit", "stop_judge_fails"},
		`repeat = "content"`:     {"stop_repeat_content", "stop_repeat_limit", "stop_repeat_fails"},
		`repeat = "tool_call"`:   {"stop_repeat_tool_call", "stop_repeat_tool_call_limit", "stop_repeat_tool_call_fails"},
		`repeat = "speakers"`:    {"stop_repeat_speakers", "stop_repeat_speakers_limit", "stop_repeat_speakers_fails"},
		"any":                    {"stop_algebra", "stop_algebra_limit", "stop_algebra_error"},
		"all":                    {"stop_algebra", "stop_algebra_limit", "stop_all_error"},
		"not":                    {"stop_algebra", "stop_not_limit", "stop_not_error"},
		"at_least":               {"stop_algebra", "stop_algebra_limit", "stop_at_least_error"},
		"latch = true":           {"stop_repeat_latch", "stop_latch_limit", "stop_latch_fails"},
		"scope":                  {"stop_scope", "stop_scope_latch", "stop_judge_scope_fails"},
		"min_turns":              {"stop_min_turns", "stop_min_turns_limit", "stop_min_turns_fails"},
		"every":                  {"stop_judge", "stop_judge_limit", "stop_judge_fails"},
		`action = "finalize"`:    {"stop_finalize", "stop_finalize_limit", "stop_finalize_fails"},
		`action = "pause"`:       {"stop_pause", "stop_pause_limit", "stop_pause_fails"},
		`outcome = "blocked"`:    {"stop_repeat_content", "", ""},
		`outcome = "failed"`:     {"stop_priority", "", ""},
		"max_repeats":            {"limit_repeats", "limit_repeats", ""},
		`on_error     = "skip"`:  {"stop_repeat_fails", "", "stop_repeat_fails"},
		`result       = "all"`:   {"supervisor_all", "", ""},
		`result = "summary"`:     {"summary_result", "", "summary_result_fails"},
		"finalize {":             {"stop_finalize", "finalize_parallel", "stop_finalize_fails"},
		`on_busy = "interrupt"`:  {"chat_interrupt", "", ""},
		`context      = "previo`: {"sequential_previous", "", ""},
	}
}

// How the log of a scenario shows that it is what its place in the table says.
var (
	atLimit = regexp.MustCompile(`\bmax_\w+ *=`) // in the scenario
	failing = regexp.MustCompile(`(?:model|turn|tool)\.failed |"outcome":"failed"`)
	ended   = regexp.MustCompile(`session\.ended (?:\+\w+ )?\{"outcome":"(?:achieved|blocked|failed)"`)
)

// Each kind of pattern and of stop condition has scenarios with their logs, an
// example, and a place in the documents with a diagram.
func TestEachKindIsShown(t *testing.T) {
	language := specs.Language()
	examples := texts(t, "examples/*/*.hcl")
	kinds := kindsShown()
	for _, kind := range language.Block("pattern", "").Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			block := fmt.Sprintf("pattern %q", kind.Name)
			checkShown(t, kinds[kind.Name], block)
			if !strings.Contains(examples, block) {
				t.Error("no example has it")
			}
			if page := read(t, "docs/patterns/"+kind.Name+".md"); !strings.Contains(page, "```mermaid\n") {
				t.Error("its page has no diagram")
			}
		})
		delete(kinds, kind.Name)
	}
	for name := range kinds {
		t.Errorf("%s is no kind of pattern", name)
	}
	page := read(t, "docs/stops.md")
	stops := stopsShown()
	for what, s := range stops {
		t.Run(what, func(t *testing.T) { checkShown(t, s, what) })
	}
	for _, what := range []string{"latch = true", "scope", "min_turns", "every", `action = "finalize"`, `action = "pause"`} {
		if s := stops[what]; s.normal == "" || s.limit == "" || s.failure == "" {
			t.Errorf("%s lacks a scenario: %+v", what, s)
		}
	}
	conditions := []string{"when", "tool", "judge", "repeat", "any", "all", "not", "at_least"}
	for _, a := range language.Block("stop", "").Args {
		t.Run("stop "+a.Name, func(t *testing.T) {
			written := regexp.MustCompile(`(?m)^(?:stop "\w+" \{)? +` + a.Name + ` +=`)
			if a.Name != "description" && !written.MatchString(examples) {
				t.Error("no example has it")
			}
			if !slices.Contains(conditions, a.Name) {
				return
			}
			if _, known := stops[a.Name]; !known && a.Name != "repeat" {
				t.Error("it has no scenarios")
			}
			if !written.MatchString(page) {
				t.Error("docs/stops.md does not show it")
			}
			if !regexp.MustCompile("(?s)```mermaid\n[^`]*\\b" + a.Name + "\\b").MatchString(page) {
				t.Error("no diagram of docs/stops.md has it")
			}
		})
	}
}

// checkShown looks at the scenarios of something that is written so.
func checkShown(t *testing.T, s shown, written string) {
	t.Helper()
	if s == (shown{}) {
		t.Fatal("it has no scenarios")
	}
	written = strings.Join(strings.Fields(written), " ")
	for place, name := range map[string]string{"normal": s.normal, "limit": s.limit, "failure": s.failure} {
		if name == "" {
			continue
		}
		scenario, log, _ := strings.Cut(read(t, "engine/testdata/"+name+".txtar"), "-- events --")
		if !strings.Contains(strings.Join(strings.Fields(scenario), " "), written) {
			t.Errorf("%s does not have %s", name, written)
		}
		text, shows := log, map[string]*regexp.Regexp{"normal": ended, "limit": atLimit, "failure": failing}[place]
		if place == "limit" {
			text = scenario
		}
		if !shows.MatchString(text) && written != "max_repeats" {
			t.Errorf("%s shows no %s", name, place)
		}
	}
}

// texts are all files of a pattern, one after the other.
func texts(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: got %v, %v", pattern, files, err)
	}
	var b strings.Builder
	for _, file := range files {
		b.WriteString(read(t, file))
	}
	return b.String()
}
