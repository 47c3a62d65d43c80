package specs

import (
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Options of [Load]. The zero value reads from disk and from the environment.
type Options struct {
	// Vars set variables, in the order of the command line; later ones count.
	Vars []VarInput
	// Env looks up the environment; nil is [os.LookupEnv].
	Env func(name string) (value string, ok bool)
	// AllowMissingEnv lets env() of a variable that is not set be an empty
	// secret instead of an error, for who only checks a scenario.
	AllowMissingEnv bool
	// AllowUnsetVars lets a variable that has neither a value nor a default be
	// an empty one of its type, its validations aside, for who only looks at
	// what a scenario declares. Such a variable is required and has no value in
	// the Config.
	AllowUnsetVars bool
	// Overlay are texts by path, which are read instead of the files on disk,
	// or beside them. Relative paths are relative to WorkDir.
	Overlay map[string][]byte
	// OverlayOnly reads nothing but the Overlay: no file on disk is there.
	OverlayOnly bool
	// WorkDir is what paths and the names in diagnostics are relative to; empty
	// is the process's working directory.
	WorkDir string
	// Version is compared with required_version; empty skips the comparison.
	Version string
	// Lexed keeps tokens from one load to the next; nil keeps none.
	Lexed *Lexed
	// Stopped is asked between the steps of loading whether the result is wanted
	// no more. Once it says so, loading ends without a Config and without all
	// findings. Nil never says so.
	Stopped func() bool
}

// Load reads the scenario in a file or directory, with everything it imports,
// and checks it. Diagnostics are all findings, sorted by file and position;
// with an error among them the Config is nil.
func Load(path string, opts Options) (*Config, Diagnostics) {
	l := newLoader(opts)
	defer l.close()
	cfg := l.guarded(path)
	ds := l.finish()
	if cfg == nil || ds.HasErrors() {
		return nil, ds
	}
	return l.sealed(cfg), ds
}

// sealed is a configuration without errors with what identifies it.
func (l *loader) sealed(cfg *Config) *Config {
	cfg.Hash, cfg.Root, cfg.Sources, cfg.HoldsSecrets = l.hash(cfg), l.rootFile, l.readTexts(), l.holdsSecrets()
	return cfg
}

// A loader is one call of Load. Its methods run one after the other in the
// order of load; each adds findings, and goes on with what is sound.
type loader struct {
	opts    Options
	workDir string
	overlay map[string][]byte // by absolute path
	folder  *folder
	codes   map[string]codeInfo
	base    *hcl.EvalContext
	budget  budget

	ds     Diagnostics
	values []valuesAt
	// hidden is text that must not be shown in snippets.
	hidden       []hcl.Range
	hiddenRanges []Range
	spans        map[string][]blockSpan // by file
	hints        int

	files     []string
	loaded    map[string]bool
	sources   map[string]*sourceFile
	content   map[string][]byte
	listed    map[string]bool // by path below the directory
	rootFile  string
	fileCount int
	byteCount int
	textTotal int
	// syntaxErrors says that a part of the scenario could not be read, so that
	// a name that is not declared may be declared there.
	syntaxErrors bool

	// looksOnly says that nothing of the scenario is evaluated.
	looksOnly bool

	root        *node
	names       map[string]map[string]*node // by name space
	mentioned   map[string]bool             // addresses that are referred to
	locals      map[string]*localArg
	localOrder  []string
	localValues map[string]cty.Value
	inputs      map[string]*variable
	vars        map[string]cty.Value
	pending     []pendingExpr
	exprBase    exprScope        // what all expressions see
	exprInputs  map[string]*Type // the inputs of tools by address
	joined      *joined          // the run of a test file, nil for a scenario alone
}

// A localArg is a local where it is written.
type localArg struct {
	node *node
	arg  *arg
}

func newLoader(opts Options) *loader {
	if opts.Env == nil {
		opts.Env = os.LookupEnv
	}
	l := &loader{
		opts: opts, codes: allCodes(), overlay: map[string][]byte{}, loaded: map[string]bool{}, sources: map[string]*sourceFile{},
		content: map[string][]byte{}, listed: map[string]bool{}, names: map[string]map[string]*node{}, mentioned: map[string]bool{}, spans: map[string][]blockSpan{}, locals: map[string]*localArg{},
		localValues: map[string]cty.Value{}, inputs: map[string]*variable{}, vars: map[string]cty.Value{},
		root: &node{schema: languageSchema()},
	}
	l.workDir = opts.WorkDir
	if !filepath.IsAbs(l.workDir) {
		if dir, err := filepath.Abs(l.workDir); err == nil {
			l.workDir = dir
		}
	}
	for name, text := range opts.Overlay {
		l.overlay[l.absolute(name)] = text
	}
	l.base = &hcl.EvalContext{Functions: l.functions()}
	return l
}

func (l *loader) close() {
	if l.folder != nil {
		l.folder.close()
	}
}

// guarded is load, for which a fault in a library is a finding too: a server
// goes on, and the other findings are told.
func (l *loader) guarded(path string) (cfg *Config) {
	defer func() {
		if r := recover(); r != nil {
			cfg = nil
			l.report(codeInternal, "", hcl.Range{}, "The scenario cannot be loaded: %v.", r)
		}
	}()
	return l.load(path)
}

// load runs the phases.
func (l *loader) load(path string) *Config {
	files, ok := l.open(path)
	if !ok {
		return nil
	}
	for _, name := range files {
		l.loadFile(name, nil)
	}
	if l.stopped() || !l.checkVersion() {
		return nil
	}
	l.declareAll()
	for _, n := range l.root.blocks {
		l.checkRefs(n)
	}
	l.join()
	l.declareVariables()
	l.setVariables()
	l.joinVariables()
	l.resolveVariables()
	l.validateVariables(false)
	l.evalLocals()
	l.validateVariables(true)
	l.evaluateBlocks()
	l.evaluateJoined()
	if l.stopped() {
		return nil
	}
	cfg := l.build()
	l.buildJoined(cfg)
	l.checkCycles(cfg)
	l.compileExprs(cfg)
	if l.stopped() {
		return nil
	}
	l.unusedValues(cfg)
	l.checkDomain(cfg)
	if l.stopped() {
		return nil
	}
	l.proveAll(cfg)
	return cfg
}

func (l *loader) stopped() bool { return l.opts.Stopped != nil && l.opts.Stopped() }

// blocksOf are the blocks of a name at the top of the files.
func (l *loader) blocksOf(name string) []*node { return l.root.all(name) }

// declareAll enters the names of all blocks and locals.
func (l *loader) declareAll() {
	for _, n := range l.root.blocks {
		if n.schema.free {
			l.declareLocals(n)
			continue
		}
		if len(n.schema.labels) > 0 {
			l.declare(n)
		}
	}
}

func (l *loader) declareLocals(n *node) {
	for _, a := range sortedArgs(n) {
		name := a.schema.name
		if first := l.locals[name]; first != nil {
			d := l.wrong(n, a, codeDuplicate, a.name, "There is already local.%s.", name)
			l.related(d, first.arg.name, "the first one")
			continue
		}
		l.locals[name] = &localArg{n, a}
		l.localOrder = append(l.localOrder, name)
	}
}

// evaluateBlocks gives the arguments of all blocks their values; variables and
// locals have theirs.
func (l *loader) evaluateBlocks() {
	for _, n := range l.root.blocks {
		switch n.schema.name {
		case "variable", "locals", "import", "agentconnect":
		default:
			l.evaluate(n)
		}
	}
}
