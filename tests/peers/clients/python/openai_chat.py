"""openai: chats, whole and as streams."""

import asyncio
import unittest

import openai
from pydantic import BaseModel

from places import ANTHROPIC, CROSSING, GATEWAY, KEY, OPENAI, PIXEL, arrived, chats, each, run, said

PACKAGES = ["openai"]
HELLO = [{"role": "user", "content": "Hello"}]


class Capital(BaseModel):
    country: str
    city: str
    inhabitants: int


def client():
    return openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)


def async_client():
    return openai.AsyncOpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)


def helpers(client):
    """`parse` and `stream`, which began as a beta."""
    completions = client.chat.completions
    return completions if hasattr(completions, "parse") else client.beta.chat.completions


class Whole(unittest.TestCase):
    @chats
    def test_a_chat_is_answered(self, model):
        answer = client().chat.completions.create(model=model, messages=HELLO)
        (choice,) = answer.choices
        self.assertTrue(said(choice.message.content, "Hello"), choice)
        self.assertEqual((choice.index, choice.finish_reason, choice.message.role), (0, "stop", "assistant"))
        self.assertEqual(answer.usage.completion_tokens, 50)
        self.assertEqual(answer.usage.total_tokens, answer.usage.prompt_tokens + 50)
        self.assertEqual(answer.object, "chat.completion")
        self.assertTrue(answer.id)
        self.assertGreater(answer.created, 1_700_000_000)

    @chats
    def test_an_async_chat_is_answered(self, model):
        async def ask():
            async with async_client() as client:
                asks = (client.chat.completions.create(model=model, messages=HELLO) for _ in range(5))
                return await asyncio.gather(*asks)

        for answer in run(ask()):
            self.assertTrue(said(answer.choices[0].message.content, "Hello"), answer)

    @chats
    def test_an_answer_that_is_too_long_is_cut(self, model):
        answer = client().chat.completions.create(model=model, messages=HELLO, max_tokens=5)
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.usage.completion_tokens, 5)

    @chats
    def test_a_conversation_keeps_its_roles(self, model):
        answer = client().chat.completions.create(
            model=model,
            messages=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "One"},
                {"role": "assistant", "content": "1"},
                {"role": "user", "content": [{"type": "text", "text": "Two"}]},
            ],
            temperature=0.5,
            stop=["END"],
            user="somebody",
        )
        self.assertTrue(said(answer.choices[0].message.content, "Two"), answer)
        _, body = arrived()
        roles = [message["role"] for message in body["messages"]]
        self.assertEqual(roles[-3:], ["user", "assistant", "user"])
        self.assertIn("Be brief.", str(body.get("system", body["messages"][0])))
        self.assertEqual(body.get("stop") or body.get("stop_sequences"), ["END"])
        self.assertEqual(body["temperature"], 0.5)

    @each(OPENAI, ANTHROPIC)
    def test_a_picture_arrives(self, model):
        parts = [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}},
        ]
        answer = client().chat.completions.create(model=model, messages=[{"role": "user", "content": parts}])
        self.assertTrue(said(answer.choices[0].message.content, "What is this?"), answer)
        self.assertIn(PIXEL, str(arrived()[1]["messages"][0]["content"][1]))

    @chats
    def test_an_answer_fits_a_pydantic_model(self, model):
        answer = helpers(client()).parse(model=model, messages=HELLO, response_format=Capital)
        self.assertIsInstance(answer.choices[0].message.parsed, Capital)

    def test_choices_and_probabilities_come_through(self):
        answer = client().chat.completions.create(model=OPENAI, messages=HELLO, n=3, logprobs=True)
        self.assertEqual([choice.index for choice in answer.choices], [0, 1, 2])
        self.assertEqual(len(answer.choices[2].logprobs.content), 50)

    def test_what_the_target_cannot_do_is_refused(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            client().chat.completions.create(model=ANTHROPIC, messages=HELLO, n=3)
        self.assertIn("one answer", str(refused.exception))

    def test_a_field_that_nobody_knows_arrives(self):
        client().chat.completions.create(model=OPENAI, messages=HELLO, extra_body={"invented": {"a": [1]}})
        headers, body = arrived()
        self.assertEqual(body["invented"], {"a": [1]})
        self.assertEqual(body["model"], "gpt-4o-mini")
        self.assertNotIn(KEY, str(headers))

    @chats
    def test_the_answers_headers_say_who_answered(self, model):
        raw = client().chat.completions.with_raw_response.create(model=model, messages=HELLO)
        provider = "anthropic" if model in (ANTHROPIC, CROSSING) else "openai"
        self.assertEqual(raw.headers["x-jackfield-provider"], provider)
        self.assertTrue(raw.parse().choices[0].message.content)

    @chats
    def test_a_legacy_completion_is_answered(self, model):
        answer = client().completions.create(model=model, prompt="Hello")
        self.assertTrue(said(answer.choices[0].text.strip(), "Hello"), answer)
        self.assertEqual(answer.object, "text_completion")


class Streams(unittest.TestCase):
    @chats
    def test_a_stream_says_what_a_whole_answer_says(self, model):
        whole = client().chat.completions.create(model=model, messages=HELLO)
        stream = client().chat.completions.create(
            model=model, messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
        choices = [choice for chunk in chunks for choice in chunk.choices]
        text = "".join(choice.delta.content or "" for choice in choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertEqual([choice.finish_reason for choice in choices if choice.finish_reason], ["stop"])
        self.assertEqual(choices[0].delta.role, "assistant")
        self.assertEqual(chunks[-1].usage, whole.usage)
        self.assertEqual(chunks[-1].choices, [])
        self.assertEqual(len({chunk.id for chunk in chunks}), 1)

    @chats
    def test_an_async_stream_is_read_to_its_end(self, model):
        async def ask():
            async with async_client() as client:
                stream = await client.chat.completions.create(model=model, messages=HELLO, stream=True)
                return "".join(
                    [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
                )

        self.assertTrue(said(run(ask()), "Hello"))

    @chats
    def test_the_stream_helper_puts_an_answer_together(self, model):
        with helpers(client()).stream(model=model, messages=HELLO) as stream:
            events = [event.type for event in stream]
            answer = stream.get_final_completion()
        self.assertTrue(said(answer.choices[0].message.content, "Hello"), answer)
        self.assertEqual(events.count("content.done"), 1)

    @chats
    def test_a_streamed_answer_fits_a_pydantic_model(self, model):
        with helpers(client()).stream(model=model, messages=HELLO, response_format=Capital) as stream:
            answer = stream.get_final_completion()
        self.assertIsInstance(answer.choices[0].message.parsed, Capital)

    @chats
    def test_a_stream_may_be_left_before_its_end(self, model):
        ours = client()
        with ours.chat.completions.create(model=model, messages=HELLO, stream=True) as stream:
            next(iter(stream))
        self.assertTrue(ours.chat.completions.create(model=model, messages=HELLO).choices)

    @chats
    def test_a_legacy_completion_is_streamed(self, model):
        stream = client().completions.create(model=model, prompt="Hello", stream=True)
        text = "".join(chunk.choices[0].text for chunk in stream if chunk.choices)
        self.assertTrue(said(text.strip(), "Hello"), text)
