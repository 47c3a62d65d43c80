// The grammar gives the parts of a scenario, and of its conditions, their names.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const file = new URL("../syntaxes/agentconnect.tmLanguage.json", import.meta.url);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, "utf8"), file.pathname),
});
const grammar = await registry.loadGrammar("source.agentconnect");

/** The scopes of each piece of a text, by its characters. */
function scopes(text) {
  const found = [];
  let state = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    for (const t of result.tokens) {
      found.push([line.slice(t.startIndex, t.endIndex).trim(), t.scopes.join(" ")]);
    }
    state = result.ruleStack;
  }
  return (piece) => found.filter(([text]) => text === piece).map(([, s]) => s).join(" | ");
}

const scenario = `# a comment
agent "writer" {
  provider     = provider.fast
  instructions = "About \${var.topic} # no comment"
  max_tokens   = 300
  output { type = object({ score = number }) }
}
stop "done" {
  when = "turns >= 4 and last.content contains 'I AGREE' or len(messages) > 7"
}
stop "late" {
  when = <<-EOT
    data.critic.score > 8
  EOT
}
session "talk" {
  opening = <<EOT
when = "no condition"
EOT
  stop = [stop.done]
}`;

test("scenarios", () => {
  const of = scopes(scenario);
  for (const [piece, scope] of Object.entries({
    "# a comment": "comment.line",
    agent: "entity.name.type",
    provider: "variable.other.property",
    fast: "variable.other.readwrite",
    300: "constant.numeric",
    object: "entity.name.function",
    topic: "variable.other.readwrite",
    number: "storage.type",
    turns: "variable.other.agentconnect",
    and: "keyword.operator.word",
    contains: "keyword.operator.word",
    "'I AGREE'": "string.quoted.single",
    content: "variable.other.member",
    len: "entity.name.function",
    critic: "variable.other.member",
    7: "meta.embedded.expression",
    done: "variable.other.readwrite",
  })) {
    assert.match(of(piece), new RegExp(scope.replaceAll(".", "\\.")), piece);
  }
  assert.match(of("# no comment\"") || of("# no comment"), /string/);
  assert.match(of('when = "no condition"'), /heredoc/);
  assert.match(of("session"), /entity\.name\.type/);
});
