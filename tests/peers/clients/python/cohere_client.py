"""cohere: chats, whole and as streams, tools, images and documents."""

import unittest

import cohere

from places import ANTHROPIC, GATEWAY, KEY, OPENAI, PIXEL, arrived, each, fresh, said

PACKAGES = ["cohere"]
HELLO = [{"role": "user", "content": "Hello"}]
# Decoded by both: the pretended provider doesn't speak this dialect.
chats = each(OPENAI, ANTHROPIC)


def client(**more):
    return cohere.ClientV2(base_url=GATEWAY, **{"api_key": KEY, **more})


def chat(model, messages=None, **more):
    return client().chat(model=model, messages=messages or HELLO, **{"max_tokens": 1000, **more})


def stream(model, messages=None, **more):
    return list(client().chat_stream(model=model, messages=messages or HELLO, **{"max_tokens": 1000, **more}))


def tool(name):
    properties = {"city": {"type": "string"}, "days": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["city", "days"]}
    return {"type": "function", "function": {"name": name, "description": "Tells it.", "parameters": schema}}


class Whole(unittest.TestCase):
    @chats
    def test_a_chat_is_answered(self, model):
        answer = chat(model)
        (block,) = answer.message.content
        self.assertEqual((answer.message.role, block.type), ("assistant", "text"))
        self.assertEqual(answer.finish_reason, "COMPLETE")
        self.assertTrue(said(block.text, "Hello"), answer)
        self.assertEqual(answer.usage.tokens.output_tokens, 50)
        self.assertGreater(answer.usage.tokens.input_tokens, 0)

    @chats
    def test_a_conversation_arrives(self, model):
        blocks = [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        ]
        turns = [("system", "Be brief."), ("user", "One"), ("assistant", "1"), ("user", blocks)]
        messages = [{"role": role, "content": content} for role, content in turns]
        answer = chat(model, messages, stop_sequences=["END"])
        self.assertTrue(said(answer.message.content[0].text, "What is this?"), answer)
        _, body = arrived()
        self.assertIn(PIXEL, str(body["messages"][-1]))
        self.assertIn("Be brief.", str(body.get("system", body["messages"][0])))
        self.assertEqual(body.get("stop") or body.get("stop_sequences"), ["END"])

    @chats
    def test_an_answer_that_is_too_long_is_cut(self, model):
        answer = chat(model, max_tokens=5)
        self.assertEqual((answer.finish_reason, answer.usage.tokens.output_tokens), ("MAX_TOKENS", 5))

    @each(ANTHROPIC)
    def test_documents_arrive(self, model):
        chat(model, documents=[cohere.Document(data={"text": "It is fair.", "title": "Weather"})])
        _, body = arrived()
        document = body["messages"][0]["content"][0]
        self.assertEqual((document["type"], document["title"]), ("document", "Weather"))

    @chats
    def test_a_tool_is_called_and_its_result_used(self, model):
        messages = [{"role": "user", "content": "What is it like? Please call the tool."}]
        answer = chat(model, messages, tools=[tool("weather")])
        self.assertEqual(answer.finish_reason, "TOOL_CALL")
        (call,) = answer.message.tool_calls
        self.assertEqual((call.type, call.function.name), ("function", "weather"))
        result = {"role": "tool", "tool_call_id": call.id, "content": "It rains."}
        answer = chat(model, [*messages, answer.message, result], tools=[tool("weather")])
        self.assertTrue(answer.message.content[0].text.startswith("The tool returned: It rains."), answer)

    def test_errors_have_a_class_and_a_message(self):
        with self.assertRaises(cohere.UnauthorizedError) as told:
            client(api_key="wrong-key-0123456789").chat(model=OPENAI, messages=HELLO)
        self.assertIn("key", told.exception.body["message"])
        with self.assertRaises(cohere.NotFoundError):
            chat("nowhere/m")


class Streamed(unittest.TestCase):
    @chats
    def test_a_stream_says_what_a_whole_answer_says(self, model):
        events = stream(model)
        self.assertEqual((events[0].type, events[-1].type), ("message-start", "message-end"))
        texts = [event.delta.message.content.text for event in events if event.type == "content-delta"]
        self.assertGreater(len(texts), 10)
        self.assertEqual("".join(texts), chat(model).message.content[0].text)
        self.assertEqual(events[-1].delta.finish_reason, "COMPLETE")
        self.assertEqual(events[-1].delta.usage.tokens.output_tokens, 50)

    @chats
    def test_a_call_comes_in_pieces(self, model):
        messages = [{"role": "user", "content": "What is it like? Please call the tool."}]
        events = stream(model, messages, tools=[tool("weather")])
        (start,) = [event for event in events if event.type == "tool-call-start"]
        self.assertEqual(start.delta.message.tool_calls.function.name, "weather")
        pieces = [event for event in events if event.type == "tool-call-delta"]
        arguments = "".join(event.delta.message.tool_calls.function.arguments for event in pieces)
        self.assertIn('"city"', arguments)
        self.assertEqual([event.type for event in events].count("tool-call-end"), 1)
        self.assertEqual(events[-1].delta.finish_reason, "TOOL_CALL")

    @each("openai", "anthropic")
    def test_a_stream_that_breaks_off_ends_as_an_error(self, provider):
        end = stream(fresh("cut-after-10", provider))[-1]
        self.assertEqual((end.type, end.delta.finish_reason), ("message-end", "ERROR"))
        self.assertIn("broke", end.delta.error)
