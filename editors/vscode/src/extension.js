// The extension starts `agentconnect lsp` and leaves everything else to it.
const { commands, window, workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function start() {
  const command = workspace.getConfiguration("agentconnect").get("path", "agentconnect");
  client = new LanguageClient(
    "agentconnect",
    "AgentConnect",
    { command, args: ["lsp"], transport: TransportKind.stdio },
    {
      documentSelector: [{ language: "agentconnect" }, { scheme: "file", pattern: "**/*.hcl.json" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{hcl,hcl.json}") },
    },
  );
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    window.showErrorMessage(
      `AgentConnect: "${command} lsp" cannot be started (${error.message}). Install agentconnect, or set agentconnect.path to where it is.`,
    );
  }
}

async function stop() {
  const old = client;
  client = undefined;
  await old?.stop();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    commands.registerCommand("agentconnect.restart", async () => {
      await stop();
      await start();
    }),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("agentconnect.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
