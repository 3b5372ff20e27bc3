"""Made-up exchanges through oracle.py, of the providers with a shape of their own.

oracle_neutral_test.py
"""

import base64
import json
import struct
import unittest
import zlib

from oracle_test import Replayed, sse

EVENT_STREAM = "application/vnd.amazon.eventstream"
GEMINI = "/v1beta/models/gemini-2.5-flash:generateContent"
CONVERSE = "/model/us.amazon.nova-lite-v1%3A0/converse"
USAGE = {"inputTokens": 2, "outputTokens": 5, "totalTokens": 14, "cacheReadInputTokens": 7}


def aws_event(name, event):
    """One message of an AWS event stream."""
    headers = b""
    for key, value in (
        (":message-type", "event"),
        (":event-type", name),
        (":content-type", "application/json"),
    ):
        headers += struct.pack(">B", len(key)) + key.encode()
        headers += struct.pack(">BH", 7, len(value)) + value.encode()
    payload = json.dumps(event).encode()
    prelude = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def chunk(body):
    """A chunk of a model's own, as InvokeModel wraps it."""
    return aws_event("chunk", {"bytes": base64.b64encode(json.dumps(body).encode()).decode()})


def thinking(text, signature=None):
    return {"type": "thinking", "thinking": text, "signature": signature}


def text(text):
    return {"type": "text", "text": text}


def call(identity, arguments, signature=None):
    told = {"type": "tool_use", "id": identity, "name": "f", "input": arguments}
    return told | {"signature": signature}


class NeutralTest(Replayed):
    def choice(self, *arguments, **more):
        """The only choice of an answer."""
        kind, expect = self.expect(*arguments, **more)
        streamed = "content_type" in more
        self.assertEqual(kind, "neutral-stream" if streamed else "neutral")
        self.usage = {name: count for name, count in expect["usage"].items() if count is not None}
        (choice,) = expect["choices"]
        return choice

    def gemini(self, *chunks):
        return self.choice(
            "gemini",
            GEMINI.replace("generate", "streamGenerate"),
            sse(*chunks),
            content_type="text/event-stream",
        )

    def test_gemini_parts_keep_their_order_and_signatures(self):
        parts = [
            {"text": "hm", "thought": True},
            {"text": "hm", "thought": True, "thoughtSignature": "c2ln"},
            {"text": "a"},
            {"text": "b", "thoughtSignature": "c2ln"},
            {"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"},
            {"executableCode": {"code": "1", "language": "PYTHON"}},
        ]
        counts = {"promptTokenCount": 3, "toolUsePromptTokenCount": 4, "candidatesTokenCount": 2}
        counts |= {"thoughtsTokenCount": 9, "totalTokenCount": 18}
        body = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
        body |= {"usageMetadata": counts, "responseId": "r", "modelVersion": "m"}
        whole, streamed = self.choice("gemini", GEMINI, body), self.gemini(body)
        rest = [thinking("", "c2ln"), call(None, {"x": 1}, "c2ln")]
        rest.append({"type": "native", "value": parts[-1]})
        self.assertEqual(
            whole["blocks"], [thinking("hm"), thinking("hm", "c2ln"), text("a"), text("b"), *rest]
        )
        self.assertEqual(streamed["blocks"], [thinking("hmhm", "c2ln"), text("ab"), *rest])
        self.assertEqual(self.usage, {"input": 7, "output": 11, "reasoning": 9})

    def test_gemini_passages_are_counted_in_characters_and_told_once(self):
        source = {"web": {"uri": "https://a.example/", "title": "A"}}
        ground = {"groundingChunks": [source], "groundingSupports": []}
        segment = {"startIndex": 3, "endIndex": 6, "text": "two"}
        ground["groundingSupports"] = [{"segment": segment, "groundingChunkIndices": [0]}]
        said = {"content": {"parts": [{"text": "é two"}]}, "groundingMetadata": ground}
        again = {"groundingMetadata": ground, "finishReason": "STOP"}
        counted = {"usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 1}}
        choice = self.gemini({"candidates": [said]}, {"candidates": [again], **counted})
        self.assertEqual(choice["citations"], [[2, 5, "A", "https://a.example/", None]])

    def test_numbers_for_names_are_read_as_names(self):
        body = {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": 1}]}
        details = [{"modality": 1, "tokenCount": 2}]
        body["usageMetadata"] = {"promptTokenCount": 2, "totalTokenCount": 2, "promptTokensDetails": details}
        place = "/v1/projects/p/locations/l/publishers/google"
        choice = self.choice("vertex", place + GEMINI.removeprefix("/v1beta"), body)
        self.assertEqual(choice["finish_reason"], "STOP")

    def test_converse_says_the_same_whole_and_streamed(self):
        thought = {"text": "hm", "signature": "s"}
        use = {"toolUseId": "t", "name": "f"}
        content = [{"reasoningContent": {"reasoningText": thought}}, {"text": "a"}]
        content.append({"toolUse": {**use, "input": {"x": 1}}})
        body = {"output": {"message": {"role": "assistant", "content": content}}}
        body |= {"stopReason": "tool_use", "usage": USAGE}
        whole = self.choice("bedrock", CONVERSE, body)
        deltas = [
            {"reasoningContent": {"text": "hm"}},
            {"reasoningContent": {"signature": "s"}},
            {"text": "a"},
            {"toolUse": {"input": '{"x":'}},
            {"toolUse": {"input": "1}"}},
        ]
        places = [0, 0, 1, 2, 2]
        start = {"contentBlockIndex": 2, "start": {"toolUse": use}}
        events = [
            ("contentBlockDelta", {"contentBlockIndex": place, "delta": delta})
            for place, delta in zip(places, deltas)
        ]
        events.insert(3, ("contentBlockStart", start))
        events.append(("contentBlockStop", {"contentBlockIndex": 2}))
        events += [("messageStop", {"stopReason": "tool_use"}), ("metadata", {"usage": USAGE})]
        stream = b"".join(aws_event(*event) for event in events)
        streamed = self.choice("bedrock", f"{CONVERSE}-stream", stream, content_type=EVENT_STREAM)
        for choice in (whole, streamed):
            self.assertEqual(
                choice["blocks"], [thinking("hm", "s"), text("a"), call("t", {"x": 1})]
            )
            self.assertEqual(choice["finish_reason"], "tool_use")
            self.assertEqual(self.usage, {"input": 9, "output": 5, "cache_read": 7})

    def test_the_chunks_of_a_models_own_body_are_put_together(self):
        said = {"outputText": "a", "completionReason": None, "inputTextTokenCount": 3}
        said["totalOutputTextTokenCount"] = None
        last = {**said, "outputText": "b", "completionReason": "FINISH"}
        last["amazon-bedrock-invocationMetrics"] = {"inputTokenCount": 3, "outputTokenCount": 2}
        stopped = {**last, "amazon-bedrock-guardrailAction": "INTERVENED"}
        for end, reason in ((last, "FINISH"), (stopped, "guardrail_intervened")):
            choice = self.choice(
                "bedrock",
                "/model/amazon.titan-text-lite-v1/invoke-with-response-stream",
                chunk(said) + chunk(end),
                content_type=EVENT_STREAM,
            )
            self.assertEqual(choice["blocks"], [text("ab")])
            self.assertEqual(choice["finish_reason"], reason)
            self.assertEqual(self.usage, {"input": 3, "output": 2})

    def test_a_body_that_nothing_reads_is_told(self):
        with self.assertRaisesRegex(AssertionError, "nothing reads a body with"):
            self.expect("bedrock", "/model/x.new/invoke", {"unheard": 1})

    def test_cohere_says_the_same_whole_and_streamed(self):
        function = {"name": "f", "arguments": '{"x": 1}'}
        document = {"title": "A", "url": "https://a.example/", "snippet": "so"}
        source = {"type": "document", "id": "d", "document": document}
        cited = {"start": 1, "end": 2, "text": "b", "sources": [source], "type": "TEXT_CONTENT"}
        message = {"role": "assistant", "tool_plan": "hm", "content": [{"type": "text", "text": "ab"}]}
        message["tool_calls"] = [{"id": "t", "type": "function", "function": function}]
        message["citations"] = [cited]
        usage = {"tokens": {"input_tokens": 9.0, "output_tokens": 2.0}, "cached_tokens": 4}
        end = {"finish_reason": "TOOL_CALL", "usage": usage}
        whole = self.choice("cohere", "/v2/chat", {"id": "i", "message": message, **end})
        begun = {"id": "t", "type": "function", "function": {"name": "f", "arguments": ""}}
        more = {"function": {"arguments": '{"x": 1}'}}
        events = [
            ("message-start", None, {"role": "assistant"}),
            ("tool-plan-delta", None, {"tool_plan": "hm"}),
            ("content-start", 0, {"content": {"type": "text", "text": "a"}}),
            ("content-delta", 0, {"content": {"text": "b"}}),
            ("citation-start", 0, {"citations": cited}),
            ("tool-call-start", 0, {"tool_calls": begun}),
            ("tool-call-delta", 0, {"tool_calls": more}),
        ]
        told = [
            {"type": kind, "id": "i", "index": index, "delta": {"message": message}}
            for kind, index, message in events
        ]
        told += [{"type": "tool-call-end", "index": 0}, {"type": "message-end", "delta": end}]
        body = "".join(f"event: {event['type']}\n{sse(event)}" for event in told)
        streamed = self.choice("cohere", "/v2/chat", body, content_type="text/event-stream")
        for choice in (whole, streamed):
            self.assertEqual(
                choice["blocks"], [thinking("hm"), text("ab"), call("t", {"x": 1})]
            )
            self.assertEqual(choice["citations"], [[1, 2, "A", "https://a.example/", "so"]])
            self.assertEqual(self.usage, {"input": 9, "output": 2, "cache_read": 4})

    def test_ollamas_lines_are_put_together(self):
        function = {"name": "f", "arguments": {"x": 1}}
        lines = [
            {"thinking": "hm", "content": ""},
            {"content": "a"},
            {"content": "b", "tool_calls": [{"function": function}]},
        ]
        lines = [{"model": "m", "message": {"role": "assistant", **line}} for line in lines]
        lines[-1] |= {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 2}
        body = "".join(json.dumps(line) + "\n" for line in lines)
        choice = self.choice("ollama", "/api/chat", body, content_type="application/x-ndjson")
        self.assertEqual(choice["blocks"], [thinking("hm"), text("ab"), call(None, {"x": 1})])
        self.assertEqual((choice["finish_reason"], self.usage), ("stop", {"input": 3, "output": 2}))

    def test_errors_carry_the_providers_words(self):
        status = {"code": 404, "message": "no such model", "status": "NOT_FOUND"}
        for name, path, body, code in (
            ("gemini", GEMINI, {"error": status}, "NOT_FOUND"),
            ("bedrock", CONVERSE, {"message": "no such model"}, None),
            ("cohere", "/v2/chat", {"message": "no such model"}, None),
        ):
            kind, expect = self.expect(name, path, body, status=404)
            self.assertEqual((kind, expect["status"]), ("error", 404))
            self.assertEqual((expect["message"], expect["code"] or expect["type"]), ("no such model", code))


if __name__ == "__main__":
    unittest.main()
