# AgentConnect. `make help` lists the targets; a machine with Go, make and git is enough for all of them, but for a complete
# check: three tests install programs of others by npm and run them by node. Without those they are skipped, and say so; where CI is set they fail.

MAIN       := ./cmd/agentconnect
BIN        := bin/agentconnect
EXAMPLE    ?= examples/debate
TOOL       := go tool -modfile=.ci/tools.mod

# A release is a tag vX.Y.Z; between releases the version carries the commit, and without git it says so.
COMMIT     := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
VERSION    ?= $(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null || echo v0.1.0-dev+$(COMMIT))
LDFLAGS    := -s -w -X main.version=$(VERSION)

# The version is stamped above, so the go command need not ask git (which refuses in another user's checkout).
export GOFLAGS := $(strip $(shell go env GOFLAGS) -buildvcs=false)

PKG          ?= ./...
# The packages whose tests take longest begin first, so that none of them is left for one core alone at the end.
LONGEST      := $(MAIN) ./engine ./engine/jetstream ./server
TESTED       := $(strip $(if $(filter ./...,$(PKG)),$(LONGEST)) $(PKG))
TEST_TIMEOUT ?= 10m
BENCH        ?= .
BENCH_COUNT  ?= 6
BENCH_PKG    ?= ./engine/... ./specs/... ./server
FUZZTIME     ?= 30s
FUZZ         ?= ^Fuzz

.DEFAULT_GOAL := help
.PHONY: run build test cluster tightness editor lint fmt bench fuzz check examples docs clean help format-check tidy-check vet

run: build ## build and run the main example (no key, no network)
	$(BIN) run $(EXAMPLE)

# Without cgo the binary needs no library of the system, whether or not there is a C compiler.
build: ## build bin/agentconnect
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) $(MAIN)

# The race detector links C code. Where that cannot be built the tests still run, and one line says what is missing.
test: ## every test, shuffled, under the race detector
	@race=-race; \
	go build -race runtime/cgo 2>/dev/null || { race=; \
		echo "make test: no working C compiler ($$(go env CC), CGO_ENABLED=$$(go env CGO_ENABLED)): running without -race"; }; \
	set -x; go test $$race -shuffle=on -timeout $(TEST_TIMEOUT) $(TESTED)

# Two servers and three NATS servers as processes, killed and paused; the bounds are times, so that nothing else runs meanwhile.
cluster: ## the test of a cluster, without the race detector (4 minutes)
	go test -count=1 -run '^TestCluster$$' -timeout 10m -v ./cmd/agentconnect

# Random scenarios against a model that takes all it can: none takes more than its certificate, and this is how close they come.
tightness: ## how much of what certificates allow is really taken (10 seconds)
	@go test -count=1 -v -run '^TestNothingCostsMore$$' ./engine -rapid.checks=500 | \
	awk '/tightness|^FAIL|^ok/ { sub(/.*tightness/, "tightness"); print } /^FAIL/ { bad = 1 } END { exit bad }'

# Each example typed again up to 1,000 places, and the time of answers about a thousand lines; the race detector has no time for either.
editor: ## what an editor's server must do in time, without the race detector (30 seconds)
	go test -count=1 -run '^(TestTruncatedExamples|TestAnswersAreQuick|TestAnswersInTime)$$' ./cmd/agentconnect/internal/lsp -alone

lint: ## golangci-lint (built from source on first use: some minutes)
	$(TOOL) golangci-lint run $(PKG)

fmt: ## format the Go files
	$(TOOL) goimports -w .
	$(TOOL) gofumpt -w .

format-check:
	@files=$$($(TOOL) gofumpt -l . && $(TOOL) goimports -l .) || exit 1; \
	test -z "$$files" || { echo "not formatted (make fmt does it):"; echo "$$files" | sort -u; exit 1; }

tidy-check:
	go mod tidy -diff

vet:
	go vet $(PKG)

bench: ## benchmarks in benchstat's format: BENCH=regexp BENCH_COUNT=6 BENCH_PKG=...
	@go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(BENCH_COUNT) -timeout 60m $(BENCH_PKG)

fuzz: ## every fuzz target for FUZZTIME (30s): FUZZ=regexp PKG=...
	@sh .ci/fuzz '$(FUZZ)' '$(FUZZTIME)' $(PKG)

examples: build ## validate, lint and test every example with the binary
	$(BIN) fmt -check -recursive examples
	$(BIN) validate examples/*/
	$(BIN) lint examples/*/
	$(BIN) test examples

docs: ## regenerate the references in docs/
	go generate ./...

check: tidy-check format-check vet test cluster tightness editor examples lint ## all that .ci/run checks (complete with npm and node: two peers, the extension of VS Code); stale docs and broken links fail in the tests

clean: ## remove what was built
	rm -rf bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
