"""openai: the Responses API, which its clients have since 2025."""

import json
import unittest

from pydantic import BaseModel

from openai_chat import async_client, client
from places import ANTHROPIC, OPENAI, PIXEL, chats, each, run, said

PACKAGES = ["openai"]
TOOL = {
    "type": "function",
    "name": "weather",
    "description": "Tells it.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


class Capital(BaseModel):
    country: str
    inhabitants: int


class Responses(unittest.TestCase):
    @chats
    def test_a_request_is_answered(self, model):
        answer = client().responses.create(model=model, input="Hello", instructions="Be brief.")
        self.assertTrue(said(answer.output_text, "Hello"), answer)
        self.assertEqual((answer.status, answer.object, answer.error), ("completed", "response", None))
        self.assertEqual(answer.usage.output_tokens, 50)

    @chats
    def test_a_conversation_of_items_is_answered(self, model):
        items = [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "input_text", "text": "One"}]},
            {"role": "assistant", "content": "1"},
            {"role": "user", "content": "Two"},
        ]
        self.assertTrue(said(client().responses.create(model=model, input=items).output_text, "Two"))

    @each(OPENAI, ANTHROPIC)
    def test_a_picture_is_looked_at(self, model):
        picture = {"type": "input_image", "image_url": "data:image/png;base64," + PIXEL, "detail": "auto"}
        content = [{"type": "input_text", "text": "What is this?"}, picture]
        answer = client().responses.create(model=model, input=[{"role": "user", "content": content}])
        self.assertTrue(said(answer.output_text, "What is this?"))

    @chats
    def test_a_stream_says_what_a_whole_answer_says(self, model):
        events = list(client().responses.create(model=model, input="Hello", stream=True))
        self.assertEqual(events[0].type, "response.created")
        self.assertEqual(events[-1].type, "response.completed")
        text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        self.assertEqual(text, client().responses.create(model=model, input="Hello").output_text)
        self.assertEqual(events[-1].response.output_text, text)
        numbers = [event.sequence_number for event in events]
        self.assertEqual(numbers, sorted(set(numbers)))

    @chats
    def test_the_stream_helper_puts_an_answer_together(self, model):
        with client().responses.stream(model=model, input="Hello", text_format=Capital) as stream:
            for _ in stream:
                pass
            answer = stream.get_final_response()
        self.assertIsInstance(answer.output_parsed, Capital)

    @chats
    def test_an_async_stream_is_read_to_its_end(self, model):
        async def ask():
            async with async_client() as client:
                stream = await client.responses.create(model=model, input="Hello", stream=True)
                return [event.type async for event in stream]

        self.assertEqual(run(ask())[-1], "response.completed")

    @chats
    def test_a_tool_is_called_and_its_result_used(self, model):
        items = [{"role": "user", "content": "Please call the tool."}]
        answer = client().responses.create(model=model, input=items, tools=[TOOL])
        (call,) = [item for item in answer.output if item.type == "function_call"]
        self.assertEqual((call.name, list(json.loads(call.arguments))), ("weather", ["city"]))
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "It rains."}
        answer = client().responses.create(model=model, input=[*items, *answer.output, result], tools=[TOOL])
        self.assertTrue(answer.output_text.startswith("The tool returned: It rains."), answer)

    @chats
    def test_calls_are_streamed(self, model):
        stream = client().responses.create(model=model, input="call the tool", tools=[TOOL], stream=True)
        events = {event.type: event for event in stream}
        done = events["response.function_call_arguments.done"]
        self.assertEqual(list(json.loads(done.arguments)), ["city"])
        self.assertEqual(events["response.output_item.done"].item.name, "weather")

    @chats
    def test_an_answer_fits_a_pydantic_model(self, model):
        answer = client().responses.parse(model=model, input="Hello", text_format=Capital)
        self.assertIsInstance(answer.output_parsed, Capital)

    @chats
    def test_thoughts_are_told(self, model):
        answer = client().responses.create(
            model=model, input="Hello", reasoning={"effort": "low", "summary": "auto"}
        )
        self.assertEqual([item.type for item in answer.output], ["reasoning", "message"])
        self.assertTrue(answer.output[0].summary[0].text)

    @chats
    def test_an_answer_that_is_too_long_is_incomplete(self, model):
        answer = client().responses.create(model=model, input="Hello", max_output_tokens=5)
        self.assertEqual(answer.status, "incomplete")
        self.assertEqual(answer.incomplete_details.reason, "max_output_tokens")
