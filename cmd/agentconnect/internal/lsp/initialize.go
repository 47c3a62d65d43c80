package lsp

import (
	"context"
	"slices"
)

// initialize says what the server can do.
func (s *server) initialize(_ context.Context, p *initializeParams) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	s.inBytes = slices.Contains(p.Capabilities.General.PositionEncodings, "utf-8")
	s.snippets = p.Capabilities.TextDocument.Completion.CompletionItem.SnippetSupport
	s.watching = p.Capabilities.Workspace.DidChangeWatchedFiles.DynamicRegistration
	for _, f := range p.WorkspaceFolders {
		s.folders = append(s.folders, pathOf(f.URI))
	}
	if len(s.folders) == 0 && p.RootURI != nil && *p.RootURI != "" {
		s.folders = []string{pathOf(*p.RootURI)}
	}
	encoding := "utf-16"
	if s.inBytes {
		encoding = "utf-8"
	}
	return map[string]any{
		"serverInfo":   map[string]any{"name": "agentconnect", "version": s.cfg.Version},
		"capabilities": capabilities(encoding),
	}, nil
}

func capabilities(encoding string) map[string]any {
	const incremental = 2
	return map[string]any{
		"positionEncoding": encoding,
		"textDocumentSync": map[string]any{"openClose": true, "change": incremental, "save": map[string]any{}},
		"completionProvider": map[string]any{
			"triggerCharacters": []string{".", "\"", "'", "[", "=", "{", " "},
		},
		"hoverProvider": true, "definitionProvider": true, "referencesProvider": true, "documentHighlightProvider": true,
		"renameProvider":         map[string]any{"prepareProvider": true},
		"documentSymbolProvider": true, "workspaceSymbolProvider": true,
		"documentFormattingProvider": true, "documentRangeFormattingProvider": true,
		"codeActionProvider": map[string]any{"codeActionKinds": []string{kindQuickFix, kindFixAll}},
		"semanticTokensProvider": map[string]any{
			"legend": map[string]any{"tokenTypes": tokenTypes(), "tokenModifiers": []string{}}, "full": true,
		},
		"workspace": map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
	}
}

// initialized asks the client to watch the files of scenarios.
func (s *server) initialized(context.Context, *struct{}) {
	s.mu.Lock()
	watching := s.watching
	s.mu.Unlock()
	if !watching {
		return
	}
	s.work.Go(func() {
		_, _ = s.rpc.Callback(s.ctx, "client/registerCapability", map[string]any{"registrations": []any{map[string]any{
			"id": "files", "method": "workspace/didChangeWatchedFiles",
			"registerOptions": map[string]any{"watchers": []any{map[string]any{"globPattern": "**/*.{hcl,hcl.json}"}}},
		}}})
	})
}

func (s *server) foldersChanged(_ context.Context, p *foldersParams) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range p.Event.Removed {
		s.folders = slices.DeleteFunc(s.folders, func(name string) bool { return name == pathOf(f.URI) })
	}
	for _, f := range p.Event.Added {
		if name := pathOf(f.URI); !slices.Contains(s.folders, name) {
			s.folders = append(s.folders, name)
		}
	}
}

// within says whether a directory is a folder of the workspace or below one.
func (s *server) within(dir string) bool {
	return slices.ContainsFunc(s.folders, func(f string) bool { return below(dir, f) })
}
