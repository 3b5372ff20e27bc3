"""anthropic: counting, models, errors, and what newer versions add."""

import unittest

import anthropic
from pydantic import BaseModel

from anthropic_messages import HELLO, async_client, client, create
from places import ANTHROPIC, GATEWAY, KEY, NARROW_KEY, OPENAI, each, fresh

PACKAGES = ["anthropic"]
both = each("anthropic", "openai")
MESSAGES = anthropic.resources.Messages


class Capital(BaseModel):
    country: str
    inhabitants: int


class Rest(unittest.TestCase):
    @unittest.skipUnless(hasattr(MESSAGES, "count_tokens"), "it can't count tokens")
    @each(ANTHROPIC, OPENAI)
    def test_tokens_are_counted(self, model):
        def count(**more):
            return client().messages.count_tokens(model=model, messages=HELLO, **more).input_tokens

        few, many = count(), count(system="Be brief. " * 50)
        self.assertGreater(few, 0)
        self.assertGreater(many, few + 50)

    @unittest.skipUnless(hasattr(client(), "models"), "it has no list of models")
    def test_models_are_listed(self):
        names = [model.id for model in client().models.list()]
        self.assertIn(ANTHROPIC, names)
        model = client().models.retrieve(ANTHROPIC)
        self.assertEqual((model.id, model.type), (ANTHROPIC, "model"))
        self.assertTrue(model.display_name)

    @unittest.skipUnless(hasattr(MESSAGES, "parse"), "it knows no structured output")
    @each(ANTHROPIC, OPENAI)
    def test_an_answer_fits_a_pydantic_model(self, model):
        answer = client().messages.parse(model=model, messages=HELLO, max_tokens=1000, output_format=Capital)
        self.assertIsInstance(answer.parsed_output, Capital)

    @unittest.skipUnless(hasattr(anthropic, "beta_tool"), "it doesn't run tools by itself")
    @each(ANTHROPIC, OPENAI)
    def test_the_tool_runner_goes_on_until_there_is_an_answer(self, model):
        @anthropic.beta_tool
        def weather(city: str) -> str:
            """Tells the weather.

            Args:
                city: Where.
            """
            return f"It rains in {city}."

        runner = client().beta.messages.tool_runner(
            model=model,
            messages=[{"role": "user", "content": "call the tool"}],
            max_tokens=1000,
            tools=[weather],
        )
        self.assertTrue(runner.until_done().content[0].text.startswith("The tool returned: It rains in"))

    def test_a_key_may_come_as_a_bearer(self):
        ours = anthropic.Anthropic(base_url=GATEWAY, auth_token=KEY, max_retries=0)
        self.assertTrue(ours.messages.create(model=ANTHROPIC, messages=HELLO, max_tokens=1000).content)


class Errors(unittest.TestCase):
    def fails(self, kind, call, status):
        with self.assertRaises(kind) as failed:
            call()
        error = failed.exception
        self.assertEqual(error.status_code, status)
        self.assertEqual(error.body["type"], "error")
        self.assertTrue(error.body["error"]["message"])
        return error.body["error"]["type"]

    @both
    def test_each_status_has_its_class(self, provider):
        for status, kind, name in [
            (400, anthropic.BadRequestError, "invalid_request_error"),
            (404, anthropic.NotFoundError, "not_found_error"),
            (429, anthropic.RateLimitError, "rate_limit_error"),
            (500, anthropic.InternalServerError, "api_error"),
            (529, anthropic.InternalServerError, "overloaded_error"),
        ]:
            for stream in (False, True):
                call = lambda: create(fresh(f"status-{status}", provider), stream=stream)
                self.assertEqual(self.fails(kind, call, status), name)

    def test_keys_are_checked(self):
        for key, kind, status, name in [
            ("sk-wrong", anthropic.AuthenticationError, 401, "authentication_error"),
            (NARROW_KEY, anthropic.PermissionDeniedError, 403, "permission_error"),
        ]:
            ask = client(api_key=key).messages.create
            call = lambda: ask(model=ANTHROPIC, messages=HELLO, max_tokens=9)
            self.assertEqual(self.fails(kind, call, status), name)

    def test_a_model_that_is_nowhere_is_not_found(self):
        name = self.fails(anthropic.NotFoundError, lambda: create("nowhere"), 404)
        self.assertEqual(name, "not_found_error")

    @each(ANTHROPIC, OPENAI)
    def test_a_request_that_lacks_something_is_refused(self, model):
        self.fails(anthropic.BadRequestError, lambda: create(model, [{"role": "user"}]), 400)

    @both
    def test_an_error_in_a_stream_is_raised(self, provider):
        for knob in ("error-after-9", "cut-after-9", "end-after-9"):
            texts = []
            # This client doesn't notice by itself that a stream breaks off.
            with self.assertRaises(anthropic.APIError, msg=knob):
                for event in create(fresh(knob, provider), stream=True):
                    texts += [event.type] if event.type == "content_block_delta" else []
            self.assertTrue(texts, knob)

    @both
    def test_the_client_comes_back(self, provider):
        model = fresh("status-429-first-1+retry-after-10ms", provider)
        answer = client(max_retries=2).messages.create(model=model, messages=HELLO, max_tokens=1000)
        self.assertTrue(answer.content)
