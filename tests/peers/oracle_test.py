"""Made-up exchanges through oracle.py: what recordings rarely or never hold.

oracle_test.py
"""

import base64
import io
import json
import pathlib
import tempfile
import unittest
import warnings

import oracle


def sse(*events):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events)


def delta(**fields):
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": fields}]}


def recorded(body):
    if isinstance(body, bytes):
        return {"b64": base64.b64encode(body).decode()}
    return {"text": body if isinstance(body, str) else json.dumps(body)}


class Replayed(unittest.TestCase):
    """Tests of single exchanges."""

    def expect(self, name, path, body, status=200, content_type="application/json"):
        exchange = {
            "method": "POST",
            "host": "api.example.com",
            "path": path,
            "req": {"text": '{"model": "m", "messages": []}'},
            "status": status,
            "headers": {"Content-Type": content_type, "content-encoding": "gzip"},
            "resp": recorded(body),
        }
        out = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, f"{name}.jsonl")
            file.write_text(json.dumps(exchange) + "\n")
            with warnings.catch_warnings():
                # The SDKs themselves use what pydantic has deprecated.
                warnings.simplefilter("ignore", DeprecationWarning)
                oracle.run(pathlib.Path(folder), out)
        (line,) = map(json.loads, out.getvalue().splitlines())
        self.assertEqual((line["file"], line["line"]), (file.name, 1))
        self.assertEqual(line["req"]["model"], "m")
        return line["kind"], line["expect"]


class OracleTest(Replayed):
    def chat_stream(self, *events, name="openai-chat-completions"):
        return self.expect(
            name,
            "/v1/chat/completions",
            sse(*events) + "data: [DONE]\n\n",
            content_type="text/event-stream",
        )

    def test_an_id_and_name_repeated_in_every_delta_make_one_tool_call(self):
        call = {"index": 0, "id": "t1", "type": "function"}
        kind, expect = self.chat_stream(
            delta(tool_calls=[{**call, "function": {"name": "f", "arguments": '{"a"'}}]),
            delta(tool_calls=[{**call, "function": {"name": "f", "arguments": ":1}"}}]),
        )
        self.assertEqual(kind, "chat-stream")
        self.assertEqual(
            expect["choices"][0]["tool_calls"],
            [{"id": "t1", "type": "function", "name": "f", "arguments": '{"a":1}'}],
        )

    def test_a_stream_that_breaks_off_keeps_what_came_before_the_error(self):
        _, expect = self.chat_stream(
            delta(content="par"),
            delta(content="tial"),
            {"error": {"message": "overloaded", "type": "server_error", "code": 503}},
        )
        self.assertEqual(expect["choices"][0]["text"], "partial")
        self.assertEqual(expect["error"]["message"], "overloaded")
        self.assertEqual(expect["error"]["code"], 503)

    def test_content_parts_are_told_apart_whole_and_streamed(self):
        parts = [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "yes"},
        ]
        message = {"role": "assistant", "content": parts}
        _, whole = self.expect(
            "mistral",
            "/v1/chat/completions",
            {"id": "c1", "model": "m", "choices": [{"index": 0, "message": message}]},
        )
        _, streamed = self.chat_stream(
            delta(content=parts[:1]), delta(content=parts[1:]), name="mistral"
        )
        for expect in (whole, streamed):
            choice = expect["choices"][0]
            self.assertEqual(choice["text"], "yes")
            self.assertEqual(choice["reasoning"], "hm")
            self.assertEqual(choice["parts"], ["thinking", "text"])

    def test_base64_embeddings_are_decoded(self):
        data = [{"object": "embedding", "index": 0, "embedding": "AACAPwAAAMA="}]
        kind, expect = self.expect(
            "openai-embeddings",
            "/v1/embeddings",
            {"model": "m", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}},
        )
        self.assertEqual(kind, "embeddings")
        self.assertEqual(expect["vectors"][0]["values"], [1.0, -2.0])

    def test_a_status_error_carries_the_providers_words(self):
        body = {"error": {"message": "slow down", "type": "tokens", "code": "rate_limit"}}
        kind, expect = self.expect("groq", "/openai/v1/chat/completions", body, status=429)
        self.assertEqual(kind, "error")
        self.assertEqual(expect["exception"], "RateLimitError")
        self.assertEqual((expect["status"], expect["code"]), (429, "rate_limit"))

    def test_an_anthropic_stream_is_put_together(self):
        usage = {"input_tokens": 3, "output_tokens": 1}
        start = {"id": "m1", "type": "message", "role": "assistant", "model": "m"}
        start |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        tool = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
        argument = {"type": "input_json_delta", "partial_json": '{"a": 1}'}
        stop = {"stop_reason": "tool_use", "stop_sequence": None}
        events = [
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": tool},
            {"type": "content_block_delta", "index": 0, "delta": argument},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 9}},
            {"type": "message_stop"},
        ]
        body = "".join(f"event: {event['type']}\n{sse(event)}" for event in events)
        kind, expect = self.expect(
            "anthropic", "/v1/messages", body, content_type="text/event-stream"
        )
        self.assertEqual(kind, "messages-stream")
        self.assertEqual(expect["blocks"], [{**tool, "input": {"a": 1}}])
        self.assertEqual(expect["stop_reason"], "tool_use")
        self.assertEqual((expect["usage"]["input"], expect["usage"]["output"]), (3, 9))

    def test_an_error_event_inside_an_anthropic_stream_is_an_error(self):
        error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
        kind, expect = self.expect(
            "anthropic",
            "/v1/messages",
            "event: error\n" + sse(error),
            content_type="text/event-stream",
        )
        self.assertEqual(kind, "error")
        self.assertEqual(expect["status"], 200)
        self.assertEqual((expect["type"], expect["message"]), ("overloaded_error", "busy"))


if __name__ == "__main__":
    unittest.main()
