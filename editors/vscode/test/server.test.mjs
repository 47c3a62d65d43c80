// The server is driven by the library that editors use. AGENTCONNECT names the
// program; without it there is nothing to drive.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const lsp = createRequire(import.meta.url)("vscode-languageserver-protocol/node");
const program = process.env.AGENTCONNECT;

const scenario = `provider "scripted" "demo" {}

agent "writer" {
  description = "Writes 🌊"
  provider    = provider.demo
  max_tokens  = 300
}

agent "critic" {
  provider   = provider.demo
  max_tokens = 300
  output { type = object({ score = number }) }
}

pattern "round_robin" "talk" {
  participants = [agent.writer, agent.critic]
  max_rounds   = 3
}

stop "good" {
  when = "last.content != '🌊' and data.critic.score >= 8"
}

session "talk" {
  pattern = pattern.talk
  opening = "Begin."
  stop    = [stop.good]
}
`;

/** The place of | in a mark within a text. */
function place(text, mark) {
  const at = text.indexOf(mark.replace("|", "")) + mark.indexOf("|");
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length - 1, character: lines.at(-1).length };
}

function apply(text, edits) {
  const lines = text.split("\n");
  const offset = (p) => lines.slice(0, p.line).reduce((n, l) => n + l.length + 1, 0) + p.character;
  const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return sorted.reduce((t, e) => t.slice(0, offset(e.range.start)) + e.newText + t.slice(offset(e.range.end)), text);
}

test("the server and the client of editors", { skip: !program && "AGENTCONNECT is not set", timeout: 60_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "agentconnect-"));
  const server = spawn(program, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const client = lsp.createProtocolConnection(new lsp.StreamMessageReader(server.stdout), new lsp.StreamMessageWriter(server.stdin));
    const told = [];
    let news = () => {};
    client.onNotification(lsp.PublishDiagnosticsNotification.type, (p) => (told.push(p), news()));
    client.onRequest(lsp.RegistrationRequest.type, () => {});
    client.listen();
    const findings = async (version) => {
      for (;;) {
        const p = told.findLast((p) => p.version === version);
        if (p) return p.diagnostics.filter((d) => d.severity <= lsp.DiagnosticSeverity.Warning);
        await new Promise((resolve) => (news = resolve));
      }
    };
    const main = join(dir, "main.hcl");
    writeFileSync(main, scenario);
    const uri = pathToFileURL(main).href;
    const textDocument = { uri };
    const at = (mark, text = scenario) => ({ textDocument, position: place(text, mark) });

    const { capabilities } = await client.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: pathToFileURL(dir).href,
      workspaceFolders: [{ uri: pathToFileURL(dir).href, name: "w" }],
      capabilities: {
        workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
        textDocument: { completion: { completionItem: { snippetSupport: true } } },
      },
    });
    assert.equal(capabilities.positionEncoding, "utf-16");
    await client.sendNotification(lsp.InitializedNotification.type, {});
    await client.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "agentconnect", version: 1, text: scenario },
    });
    assert.deepEqual(await findings(1), []);

    const completion = await client.sendRequest(lsp.CompletionRequest.type, at("data.critic.|score"));
    assert.ok(completion.items.some((i) => i.label === "score"), "completion in a condition");
    const block = await client.sendRequest(lsp.CompletionRequest.type, at("|\nstop \"good\""));
    assert.ok(block.items.some((i) => i.label === "agent" && i.insertTextFormat === 2), "completion of blocks");
    const hover = await client.sendRequest(lsp.HoverRequest.type, at("[agent.wri|ter"));
    assert.match(hover.contents.value, /Writes 🌊/);
    const [definition] = await client.sendRequest(lsp.DefinitionRequest.type, at("data.cri|tic.score"));
    assert.deepEqual(definition.range.start, place(scenario, 'agent "|critic"'));
    const context = { includeDeclaration: true };
    assert.equal((await client.sendRequest(lsp.ReferencesRequest.type, { ...at('agent "cri|tic"'), context })).length, 3);
    assert.equal((await client.sendRequest(lsp.DocumentHighlightRequest.type, at('agent "cri|tic"'))).length, 3);
    assert.equal((await client.sendRequest(lsp.PrepareRenameRequest.type, at('agent "cri|tic"'))).placeholder, "critic");
    const renamed = await client.sendRequest(lsp.RenameRequest.type, { ...at('agent "cri|tic"'), newName: "judge" });
    const after = apply(scenario, renamed.changes[uri]);
    assert.ok(!after.includes("critic") && after.includes("'🌊' and data.judge.score"));
    const symbols = await client.sendRequest(lsp.DocumentSymbolRequest.type, { textDocument });
    assert.deepEqual(symbols.map((s) => s.name).slice(0, 2), ['provider "scripted" "demo"', 'agent "writer"']);
    const everywhere = await client.sendRequest(lsp.WorkspaceSymbolRequest.type, { query: "writer" });
    assert.deepEqual(everywhere.map((s) => s.name), ["agent.writer"]);
    const tokens = await client.sendRequest(lsp.SemanticTokensRequest.type, { textDocument });
    assert.ok(tokens.data.length > 100 && tokens.data.length % 5 === 0);

    const broken = scenario.replace("agent.critic]", "agent.critc]").replace("  max_rounds   = 3", "max_rounds=3");
    await client.sendNotification(lsp.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 2 }, contentChanges: [{ text: broken }] });
    const found = await findings(2);
    assert.equal(found.length, 1);
    assert.deepEqual(found[0].range.start, place(broken, "|agent.critc"));
    const actions = await client.sendRequest(lsp.CodeActionRequest.type, { textDocument, range: found[0].range, context: { diagnostics: found } });
    assert.equal(actions[0].kind, "quickfix");
    const mended = apply(broken, actions[0].edit.changes[uri]);
    await client.sendNotification(lsp.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 3 }, contentChanges: [{ text: mended }] });
    assert.deepEqual(await findings(3), []);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.sendRequest(lsp.DocumentFormattingRequest.type, { textDocument, options });
    assert.equal(apply(mended, edits), scenario);
    const range = { start: place(mended, "|max_rounds"), end: place(mended, "max_rounds|") };
    assert.equal((await client.sendRequest(lsp.DocumentRangeFormattingRequest.type, { textDocument, options, range })).length, 1);

    await client.sendRequest(lsp.ShutdownRequest.type);
    const exited = once(server, "exit");
    await client.sendNotification(lsp.ExitNotification.type);
    assert.deepEqual(await exited, [0, null]);
    client.dispose();
  } finally {
    server.kill();
    rmSync(dir, { recursive: true, force: true });
  }
});
