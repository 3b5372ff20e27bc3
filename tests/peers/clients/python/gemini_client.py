"""google-genai: contents, whole and as streams, tools, images and structured answers."""

import base64
import unittest

from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from places import ANTHROPIC, GATEWAY, KEY, OPENAI, PIXEL, arrived, each, run, said

PACKAGES = ["google-genai"]
# Neither provider speaks this dialect: all of it is decoded.
chats = each(OPENAI, ANTHROPIC, "gpt-4-turbo")
THINKING = each(ANTHROPIC, "openai/gpt-5-mini")


def client(key=KEY):
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=GATEWAY))


# A client that nothing refers to closes its connections.
OURS = client()


def generate(model, contents="Hello", **config):
    config = types.GenerateContentConfig(**config)
    return OURS.models.generate_content(model=model, contents=contents, config=config)


def weather(city: str, days: int) -> str:
    """Tells the weather."""
    return f"fair in {city} for {days} days"


class Whole(unittest.TestCase):
    @chats
    def test_contents_are_answered(self, model):
        answer = generate(model)
        self.assertTrue(said(answer.text, "Hello"), answer)
        self.assertEqual(answer.candidates[0].finish_reason, types.FinishReason.STOP)
        self.assertEqual(answer.usage_metadata.candidates_token_count, 50)
        self.assertGreater(answer.usage_metadata.prompt_token_count, 0)

    @chats
    def test_an_async_request_is_answered(self, model):
        ask = OURS.aio.models.generate_content
        self.assertTrue(said(run(ask(model=model, contents="Hello")).text, "Hello"))

    @chats
    def test_a_conversation_arrives(self, model):
        picture = types.Part.from_bytes(data=base64.b64decode(PIXEL), mime_type="image/png")
        contents = [
            types.UserContent("One"),
            types.ModelContent("1"),
            types.UserContent(["What is this?", picture]),
        ]
        answer = generate(model, contents, system_instruction="Be brief.", stop_sequences=["END"])
        self.assertTrue(said(answer.text, "What is this?"), answer)
        _, body = arrived()
        self.assertIn(PIXEL, str(body["messages"][-1]))
        self.assertIn("Be brief.", str(body.get("system", body["messages"][0])))
        self.assertEqual(body.get("stop") or body.get("stop_sequences"), ["END"])

    @chats
    def test_an_answer_that_is_too_long_is_cut(self, model):
        answer = generate(model, max_output_tokens=5)
        self.assertEqual(answer.candidates[0].finish_reason, types.FinishReason.MAX_TOKENS)

    @THINKING
    def test_thoughts_are_told_and_taken_back(self, model):
        config = types.ThinkingConfig(thinking_budget=2048) if model == ANTHROPIC else types.ThinkingConfig(
            thinking_level="LOW"
        )
        answer = generate(model, thinking_config=config, max_output_tokens=4000)
        self.assertTrue(answer.text)
        again = ["Hello", answer.candidates[0].content, types.UserContent("And?")]
        self.assertTrue(generate(model, again, thinking_config=config, max_output_tokens=4000).text)

    @chats
    def test_tokens_are_counted(self, model):
        self.assertGreater(OURS.models.count_tokens(model=model, contents="Hello").total_tokens, 0)

    def test_a_structured_answer_is_asked_for(self):
        class City(BaseModel):
            name: str

        generate(OPENAI, response_mime_type="application/json", response_schema=City)
        form = arrived()[1]["response_format"]
        self.assertEqual(form["type"], "json_schema")
        self.assertEqual(form["json_schema"]["schema"]["properties"]["name"]["type"], "string")

    def test_a_wrong_key_is_an_error_of_the_dialect(self):
        theirs = client("wrong-key-0123456789")
        with self.assertRaises(errors.ClientError) as caught:
            theirs.models.generate_content(model=OPENAI, contents="Hello")
        self.assertEqual((caught.exception.code, caught.exception.status), (401, "UNAUTHENTICATED"))


EMBEDDING = "openai/dev-embedding"


def embed(contents, model=EMBEDDING, **config):
    return OURS.models.embed_content(model=model, contents=contents, config=types.EmbedContentConfig(**config))


class Embeddings(unittest.TestCase):
    def test_each_content_has_its_vector(self):
        answer = embed(["red apple", "green apple"], task_type="RETRIEVAL_DOCUMENT", output_dimensionality=8)
        self.assertEqual([len(vector.values) for vector in answer.embeddings], [8, 8])
        self.assertNotEqual(answer.embeddings[0].values, answer.embeddings[1].values)
        _, body = arrived()
        self.assertEqual((body["input"], body["dimensions"]), (["red apple", "green apple"], 8))
        again = run(OURS.aio.models.embed_content(model=EMBEDDING, contents="red apple", config={
            "output_dimensionality": 8,
        }))
        self.assertEqual(again.embeddings[0].values, answer.embeddings[0].values)

    def test_what_cannot_be_embedded_is_an_error_of_the_dialect(self):
        with self.assertRaises(errors.ClientError) as caught:
            embed("Hello", task_type="GUESSING")
        self.assertEqual((caught.exception.code, caught.exception.status), (400, "INVALID_ARGUMENT"))
        with self.assertRaises(errors.ClientError) as caught:
            embed("Hello", model="nobody/no-such")
        self.assertEqual((caught.exception.code, caught.exception.status), (404, "NOT_FOUND"))


class Models(unittest.TestCase):
    def test_the_list_comes_page_by_page(self):
        pager = OURS.models.list(config={"page_size": 2})
        self.assertEqual(len(pager.page), 2)
        names = [model.name for model in pager]
        self.assertEqual(names, [model.name for model in OURS.models.list()])
        self.assertEqual(len(names), len(set(names)))
        self.assertIn(f"models/{OPENAI}", names)
        self.assertIn("models/gpt-4-turbo", names)

    def test_one_model_tells_what_it_takes(self):
        model = OURS.models.get(model=OPENAI)
        self.assertEqual((model.name, model.input_token_limit), (f"models/{OPENAI}", 128_000))
        self.assertIn("generateContent", model.supported_actions)
        with self.assertRaises(errors.ClientError) as caught:
            OURS.models.get(model="nobody/no-such")
        self.assertEqual((caught.exception.code, caught.exception.status), (404, "NOT_FOUND"))


class Streams(unittest.TestCase):
    @chats
    def test_a_stream_says_what_a_whole_answer_says(self, model):
        chunks = list(OURS.models.generate_content_stream(model=model, contents="Hello"))
        self.assertEqual("".join(chunk.text or "" for chunk in chunks), generate(model).text)
        self.assertGreater(len(chunks), 3)
        self.assertEqual(chunks[-1].candidates[0].finish_reason, types.FinishReason.STOP)
        self.assertEqual(chunks[-1].usage_metadata.candidates_token_count, 50)

    @chats
    def test_a_chat_that_streams_goes_on(self, model):
        chat = OURS.chats.create(model=model)
        for prompt in ["Hello", "And now?"]:
            text = "".join(chunk.text or "" for chunk in chat.send_message_stream(prompt))
            self.assertTrue(said(text, prompt), text)
        messages = [message for message in arrived()[1]["messages"] if message["role"] != "system"]
        self.assertEqual([message["role"] for message in messages], ["user", "assistant", "user"])


class Tools(unittest.TestCase):
    @each(OPENAI, ANTHROPIC)
    def test_a_tool_is_called_and_its_result_arrives(self, model):
        config = {
            "tools": [weather],
            "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
            "tool_config": types.ToolConfig(
                function_calling_config=types.FunctionCallingConfig(mode="ANY")
            ),
        }
        answer = generate(model, "Weather?", **config)
        (call,) = answer.function_calls
        self.assertEqual(call.name, "weather")
        self.assertTrue(call.id)
        given = types.Part(
            function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": "fair"})
        )
        contents = ["Weather?", answer.candidates[0].content, types.UserContent(given)]
        generate(model, contents, tools=[weather])
        sent = str(arrived()[1]["messages"])
        self.assertEqual(sent.count(call.id), 2, sent)
        self.assertIn("fair", sent)

    @each(OPENAI, ANTHROPIC)
    def test_a_streamed_call_is_whole(self, model):
        config = types.GenerateContentConfig(
            tools=[weather],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            tool_config=types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY")),
        )
        stream = OURS.models.generate_content_stream(model=model, contents="Weather?", config=config)
        calls = [call for chunk in stream for call in chunk.function_calls or []]
        self.assertEqual([call.name for call in calls], ["weather"])
        self.assertIsInstance(calls[0].args, dict)


if __name__ == "__main__":
    unittest.main()
