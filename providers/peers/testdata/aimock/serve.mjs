// Serves the dialects of vendors on a free port of this machine, says where in a line, and ends with its standard input.
import { LLMock } from "@copilotkit/aimock";

const usage = { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20, input_tokens: 12, output_tokens: 8, promptTokenCount: 12, candidatesTokenCount: 8, totalTokenCount: 20 };

const mock = new LLMock({ host: "127.0.0.1", port: 0, chunkSize: 7 });
mock.addFixtures([
  { match: { userMessage: "Say hello." }, response: { content: "Hello from a peer, streamed in several pieces.", usage } },
  {
    match: { userMessage: "How is the weather?", hasToolResult: false },
    response: {
      toolCalls: [
        { name: "weather", arguments: '{"city":"Ulm","days":2}' },
        { name: "clock", arguments: "{}" },
      ],
    },
  },
  { match: { userMessage: "How is the weather?", hasToolResult: true }, response: { content: "It rains." } },
  { match: { userMessage: "Who wins?" }, response: { content: '{"winner":"ada"}' } },
  { match: { userMessage: "Think first." }, response: { content: "Done.", reasoning: "Let me think." } },
  { match: { userMessage: "Too fast." }, response: { error: { message: "slow down", type: "rate_limit_error", code: "rate_limit_exceeded" }, status: 429, retryAfter: 7 } },
  { match: { userMessage: "Break." }, response: { error: { message: "out of order", type: "api_error" }, status: 500 } },
  { match: { userMessage: "Hang up." }, response: { content: "This text is never heard to its end, since the line is cut." }, latency: 20, truncateAfterChunks: 6 },
]);
await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
