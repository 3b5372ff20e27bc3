"""anthropic: messages, whole and as streams, and tools."""

import asyncio
import unittest

import anthropic

from places import ANTHROPIC, GATEWAY, KEY, OPENAI, PIXEL, arrived, each, run, said

PACKAGES = ["anthropic"]
HELLO = [{"role": "user", "content": "Hello"}]
# The other way round than for clients of OpenAI: here it is the first that has the
# client's bytes passed on. The last is a route that begins with a failure.
chats = each(ANTHROPIC, OPENAI, "gpt-4-turbo")

# Of OpenAI's, only some models think, and they take no budget for it.
REASONING = "openai/gpt-5-mini"
THINKING = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}


def client(**more):
    return anthropic.Anthropic(base_url=GATEWAY, **{"api_key": KEY, "max_retries": 0, **more})


def async_client():
    return anthropic.AsyncAnthropic(base_url=GATEWAY, api_key=KEY, max_retries=0)


def create(model, messages=None, **more):
    return client().messages.create(model=model, messages=messages or HELLO, **{"max_tokens": 1000, **more})


def tool(name):
    properties = {"city": {"type": "string"}, "days": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["city", "days"]}
    return {"name": name, "description": "Tells it.", "input_schema": schema}


def asks(text):
    return [{"role": "user", "content": text}]


class Whole(unittest.TestCase):
    @chats
    def test_a_message_is_answered(self, model):
        answer = create(model)
        (block,) = answer.content
        self.assertEqual((answer.type, answer.role, answer.stop_reason), ("message", "assistant", "end_turn"))
        self.assertTrue(said(block.text, "Hello"), answer)
        self.assertEqual(answer.usage.output_tokens, 50)
        self.assertGreater(answer.usage.input_tokens, 0)

    @chats
    def test_an_async_message_is_answered(self, model):
        async def ask():
            async with async_client() as ours:
                call = lambda: ours.messages.create(model=model, messages=HELLO, max_tokens=1000)
                return await asyncio.gather(*(call() for _ in range(5)))

        for answer in run(ask()):
            self.assertTrue(said(answer.content[0].text, "Hello"))

    @chats
    def test_a_conversation_arrives(self, model):
        blocks = [
            {"type": "text", "text": "What is this?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        ]
        messages = [*asks("One"), {"role": "assistant", "content": "1"}, *asks(blocks)]
        answer = create(model, messages, system="Be brief.", stop_sequences=["END"])
        self.assertTrue(said(answer.content[0].text, "What is this?"))
        _, body = arrived()
        self.assertIn(PIXEL, str(body["messages"][-1]))
        self.assertIn("Be brief.", str(body.get("system", body["messages"][0])))
        self.assertEqual(body.get("stop") or body.get("stop_sequences"), ["END"])

    @chats
    def test_an_answer_that_is_too_long_is_cut(self, model):
        answer = create(model, max_tokens=5)
        self.assertEqual((answer.stop_reason, answer.usage.output_tokens), ("max_tokens", 5))

    @each(ANTHROPIC, REASONING)
    def test_thoughts_are_told(self, model):
        answer = create(model, extra_body=THINKING)
        self.assertEqual([block.type for block in answer.content], ["thinking", "text"])

    def test_a_field_that_nobody_knows_arrives(self):
        beta = {"anthropic-beta": "invented-2030-01-01"}
        create(ANTHROPIC, extra_body={"invented": [1]}, extra_headers=beta)
        headers, body = arrived()
        self.assertEqual((body["invented"], body["model"]), ([1], "claude-haiku-4-5"))
        self.assertEqual(headers["anthropic-beta"], "invented-2030-01-01")
        self.assertNotIn(KEY, str(headers))


class Streams(unittest.TestCase):
    @chats
    def test_the_stream_helper_puts_a_message_together(self, model):
        with client().messages.stream(model=model, messages=HELLO, max_tokens=1000) as stream:
            text = "".join(stream.text_stream)
            answer = stream.get_final_message()
        whole = create(model)
        self.assertEqual(text, whole.content[0].text)
        self.assertEqual(answer.content[0].text, text)
        self.assertEqual((answer.stop_reason, answer.usage.output_tokens), ("end_turn", 50))

    @chats
    def test_events_come_in_their_order(self, model):
        events = [event.type for event in create(model, stream=True)]
        self.assertEqual(events[:2], ["message_start", "content_block_start"])
        self.assertEqual(events[-3:], ["content_block_stop", "message_delta", "message_stop"])

    @chats
    def test_an_async_stream_is_read_to_its_end(self, model):
        async def ask():
            async with async_client() as ours:
                async with ours.messages.stream(model=model, messages=HELLO, max_tokens=1000) as stream:
                    return "".join([text async for text in stream.text_stream])

        self.assertTrue(said(run(ask()), "Hello"))

    @each(ANTHROPIC, REASONING)
    def test_thoughts_are_streamed(self, model):
        events = list(create(model, stream=True, extra_body=THINKING))
        kinds = [event.content_block.type for event in events if event.type == "content_block_start"]
        self.assertEqual(kinds, ["thinking", "text"])


class Tools(unittest.TestCase):
    @chats
    def test_a_tool_is_called_and_its_result_used(self, model):
        messages, tools = asks("What is it like? Please call the tool."), [tool("weather")]
        answer = create(model, messages, tools=tools)
        self.assertEqual(answer.stop_reason, "tool_use")
        (call,) = [block for block in answer.content if block.type == "tool_use"]
        self.assertEqual((call.name, set(call.input)), ("weather", {"city", "days"}))
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "It rains."}
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
        answer = create(model, messages, tools=tools)
        self.assertTrue(answer.content[0].text.startswith("The tool returned: It rains."), answer)

    @chats
    def test_a_call_can_be_demanded(self, model):
        tools = [tool("first"), tool("second")]
        for choice, name in [({"type": "any"}, "first"), ({"type": "tool", "name": "second"}, "second")]:
            answer = create(model, tools=tools, tool_choice=choice)
            self.assertEqual([block.name for block in answer.content], [name])

    @chats
    def test_calls_are_streamed_in_pieces(self, model):
        tools = [tool("first"), tool("second")]
        with client().messages.stream(
            model=model, messages=asks("Call every tool."), max_tokens=1000, tools=tools
        ) as stream:
            answer = stream.get_final_message()
        self.assertEqual([block.name for block in answer.content], ["first", "second"])
        for block in answer.content:
            self.assertEqual(set(block.input), {"city", "days"})
        self.assertEqual(answer.stop_reason, "tool_use")
