// A guest for the world `llm-plugin`, written in JavaScript.
//
// It does what the `llm` of guest-everything does, without tools: it echoes
// the last user text, asks `{base-url}/echo` or `{base-url}/stream` where the
// model is `upstream`, fails where it is `error-KIND`, and counts words as
// tokens.

import { get as configValue } from "jackfield:plugin/config@0.1.0";
import { send } from "jackfield:plugin/http@0.1.0";

const KINDS = new Set([
  "authentication", "permission", "rate-limited", "quota-exceeded", "invalid-request", "not-found", "context-length",
  "content-filter", "overloaded", "unavailable", "timeout", "unsupported", "bad-upstream-answer", "internal",
]);

const EVERYTHING = 2n ** 64n - 1n;

function failure(kind, message, more = {}) {
  return { kind, message, status: undefined, retryAfterMs: undefined, code: undefined, sent: false, ...more };
}

/** An import throws its error wrapped; an export throws it bare. */
function unwrapped(act) {
  try {
    return act();
  } catch (error) {
    throw error.payload ?? error;
  }
}

function failOnDemand(model) {
  if (!model.startsWith("error-")) return;
  const kind = model.slice("error-".length);
  if (!KINDS.has(kind)) throw failure("invalid-request", `there is no kind of error called \`${kind}\``);
  const patient = kind === "rate-limited" || kind === "overloaded";
  throw failure(kind, `failed on demand: ${kind}`, {
    status: 418,
    code: "on-demand",
    retryAfterMs: patient ? 1500n : undefined,
  });
}

function texts(message) {
  return message.content.filter((part) => part.tag === "text").map((part) => part.val.text);
}

function lastUserText(request) {
  const message = request.messages.findLast((message) => message.role === "user" && texts(message).length > 0);
  if (!message) throw failure("invalid-request", "there is no user message with text to echo");
  return texts(message).join(" ");
}

function count(text) {
  return text.split(/\s+/).filter(Boolean).length;
}

function inputTokens(request) {
  return BigInt(request.messages.flatMap(texts).reduce((sum, text) => sum + count(text), 0));
}

function usage(request, text) {
  return { inputTokens: inputTokens(request), outputTokens: BigInt(count(text)), units: [] };
}

function post(path, text) {
  const base = configValue("base-url");
  if (base?.tag !== "text") throw failure("invalid-request", "the provider has no value for `base-url`");
  const response = unwrapped(() =>
    send({
      method: "post",
      url: `${base.val}/${path}`,
      headers: [["content-type", "application/json"]],
      body: { tag: "bytes", val: new TextEncoder().encode(JSON.stringify({ text })) },
    }));
  if (response.status >= 400) {
    const said = new TextDecoder().decode(unwrapped(() => response.body.read(64 * 1024)));
    const message = `the upstream answered ${response.status}: ${said}`;
    throw failure("unavailable", message, { status: response.status, sent: true });
  }
  return response.body;
}

const start = (model) => ({ tag: "start", val: { id: "echo-1", model, created: 0n, warnings: [] } });
const stop = () => ({ tag: "finish", val: { choice: 0, reason: { tag: "stop" } } });
const said = (text) => ({ tag: "text", val: { choice: 0, text } });

/** Either batches that are ready or an upstream's events. */
class ChatStream {
  constructor(batches, body) {
    this.batches = batches;
    this.body = body;
  }

  next() {
    if (this.batches.length > 0) return this.batches.shift();
    if (!this.body) return [];
    const events = unwrapped(() => this.body.nextEvents());
    if (events.length === 0) {
      this.close();
      throw failure("bad-upstream-answer", "the upstream's stream ended without [DONE]", { sent: true });
    }
    const end = events.findIndex((event) => event.data === "[DONE]");
    if (end < 0) return events.map((event) => said(event.data));
    this.close();
    return [...events.slice(0, end).map((event) => said(event.data)), stop()];
  }

  close() {
    this.body?.[Symbol.dispose]?.();
    this.body = undefined;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

export const llm = {
  ChatStream,

  chat(request) {
    failOnDemand(request.model);
    let text = lastUserText(request);
    if (request.model === "upstream") {
      const body = post("echo", text);
      text = new TextDecoder().decode(unwrapped(() => body.readAll(EVERYTHING)));
    }
    const content = [{ tag: "text", val: { text, citations: [] } }];
    const choices = [{ index: 0, content, finishReason: { tag: "stop" }, logprobs: [] }];
    return { id: "echo-1", model: request.model, created: 0n, choices, usage: usage(request, text), warnings: [] };
  },

  streamChat(request) {
    failOnDemand(request.model);
    const text = lastUserText(request);
    const head = [start(request.model)];
    if (request.model === "upstream") return new ChatStream([head], post("stream", text));
    const deltas = text.split(/(?<= )/).map((word) => [said(word)]);
    return new ChatStream([head, ...deltas, [stop(), { tag: "usage", val: usage(request, text) }]]);
  },

  countTokens(request) {
    failOnDemand(request.model);
    return inputTokens(request);
  },
};
