"""Expectations by the official ollama client, of chats by Ollama's own API.

neutral, neutral-stream: see neutral.py. The API tells no id, and its calls have
none either.
"""

import httpx
import ollama

import neutral
from recorded_http import transport


def open_client(answer):
    """A client of the SDK, which makes one of httpx itself."""
    return ollama.Client("http://127.0.0.1", transport=transport(httpx, answer))


def call_for(path):
    """The function that replays a request to this path, or None."""
    return chat if path == "/api/chat" else None


def chat(client, exchange, request, stream):
    hello = [{"role": "user", "content": "Well?"}]
    told = client.chat(model=request["model"], messages=hello, stream=stream)
    return neutral.kind(stream), answer(list(told) if stream else [told], stream)


def answer(lines, stream):
    """An answer, or the lines of one."""
    choice = neutral.Told(streamed=stream)
    for line in lines:
        message = line.message
        if message.thinking:
            choice.thought(message.thinking)
        choice.text(message.content or "")
        for call in message.tool_calls or []:
            choice.call(None, call.function.name, dict(call.function.arguments))
        if line.logprobs:
            choice.add_logprobs([[token.token, token.logprob] for token in line.logprobs])
    last = lines[-1]
    choice.finish_reason = last.done_reason
    usage = neutral.usage_of(input=last.prompt_eval_count, output=last.eval_count)
    return neutral.answer(None, lines[0].model, [choice], usage)
