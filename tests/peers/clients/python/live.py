"""openai and anthropic, with real servers behind the gateway: llama-server, which
speaks OpenAI's protocol, and LiteLLM, here as one that speaks Anthropic's."""

import json
import math
import unittest

import anthropic
import openai

from places import GATEWAY, KEY, LIVE, each

PACKAGES = ["openai", "anthropic"]
chats = each("llama/chat", "litellm/peer-chat")
tools = each("llama-tool/tool", "litellm/peer-tool")
HELLO = [{"role": "user", "content": "Hello"}]
# The model writes noise wherever it may.
CITY = {"enum": ["Oslo"]}
SCHEMA = {"type": "object", "properties": {"city": CITY}, "required": ["city"], "additionalProperties": False}


@unittest.skipUnless(LIVE, "no servers are running")
class OpenAI(unittest.TestCase):
    def client(self):
        return openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)

    @chats
    def test_chats_and_streams(self, model):
        ask = dict(model=model, messages=HELLO, max_tokens=40)
        answer = self.client().chat.completions.create(**ask)
        self.assertTrue(answer.choices[0].message.content)
        self.assertIn(answer.choices[0].finish_reason, ("stop", "length"))
        self.assertGreater(answer.usage.completion_tokens, 0)
        wish = {"include_usage": True}
        chunks = list(self.client().chat.completions.create(**ask, stream=True, stream_options=wish))
        self.assertTrue("".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices))
        self.assertGreater(chunks[-1].usage.completion_tokens, 0)

    @tools
    def test_tools(self, model):
        tool = {"type": "function", "function": {"name": "weather", "description": "T", "parameters": SCHEMA}}
        ask = dict(model=model, messages=HELLO, tools=[tool], max_tokens=200)
        answer = self.client().chat.completions.create(**ask)
        (call,) = answer.choices[0].message.tool_calls
        self.assertEqual(call.function.name, "weather")
        self.assertEqual(json.loads(call.function.arguments), {"city": "Oslo"})
        pieces = [
            call.function.arguments or ""
            for chunk in self.client().chat.completions.create(**ask, stream=True)
            for choice in chunk.choices
            for call in choice.delta.tool_calls or []
        ]
        self.assertEqual(json.loads("".join(pieces)), {"city": "Oslo"})

    def test_embeddings(self):
        ask = dict(model="llama/chat", input=["alpha", "beta"])
        floats = self.client().embeddings.create(**ask, encoding_format="float")
        # By default the client wants base64, and the server gives it.
        vectors = self.client().embeddings.create(**ask)
        for one, other in zip(floats.data, vectors.data, strict=True):
            self.assertAlmostEqual(math.dist(one.embedding, other.embedding), 0, places=5)

    def test_what_the_server_refuses_is_refused(self):
        with self.assertRaises(openai.BadRequestError):
            self.client().chat.completions.create(model="llama/chat", messages=[{"role": "user"}])


@unittest.skipUnless(LIVE, "no servers are running")
class Anthropic(unittest.TestCase):
    def client(self):
        return anthropic.Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0)

    @chats
    def test_messages_and_streams(self, model):
        ask = dict(model=model, messages=HELLO, max_tokens=40)
        answer = self.client().messages.create(**ask)
        self.assertTrue(answer.content[0].text)
        self.assertGreater(answer.usage.output_tokens, 0)
        with self.client().messages.stream(**ask) as stream:
            text = "".join(stream.text_stream)
            self.assertEqual(stream.get_final_message().content[0].text, text)

    @tools
    def test_tools(self, model):
        tool = {"name": "weather", "description": "T", "input_schema": SCHEMA}
        ask = dict(model=model, messages=HELLO, tools=[tool], max_tokens=200)
        answer = self.client().messages.create(**ask)
        with self.client().messages.stream(**ask) as stream:
            for message in (answer, stream.get_final_message()):
                (call,) = [block for block in message.content if block.type == "tool_use"]
                self.assertEqual((call.name, call.input), ("weather", {"city": "Oslo"}))
                self.assertEqual(message.stop_reason, "tool_use")
