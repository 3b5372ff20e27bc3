"""openai: errors, and what the client does about them."""

import unittest

import openai

from openai_chat import HELLO, async_client, client
from places import ANTHROPIC, KEY, NARROW_KEY, OPENAI, each, fresh, run

PACKAGES = ["openai"]
both = each("openai", "anthropic")


def ask(model, ours=None, **more):
    return (ours or client()).chat.completions.create(model=model, messages=HELLO, **more)


class Classes(unittest.TestCase):
    def fails(self, kind, call, status):
        with self.assertRaises(kind) as failed:
            call()
        error = failed.exception
        self.assertIs(type(error), kind)
        self.assertEqual(error.status_code, status)
        self.assertTrue(error.message)
        self.assertTrue(error.type)
        return error

    @both
    def test_each_status_has_its_class(self, provider):
        for status, kind in [
            (400, openai.BadRequestError),
            (404, openai.NotFoundError),
            (429, openai.RateLimitError),
            (500, openai.InternalServerError),
            (503, openai.InternalServerError),
        ]:
            for stream in (False, True):
                model = fresh(f"status-{status}", provider)
                self.fails(kind, lambda: ask(model, stream=stream), status)

    @both
    def test_a_rate_limit_says_when_to_come_back(self, provider):
        model = fresh("status-429+retry-after-7s", provider)
        error = self.fails(openai.RateLimitError, lambda: ask(model), 429)
        self.assertEqual(error.response.headers["retry-after"], "7")
        self.assertEqual(error.code, "rate_limit_exceeded")

    def test_a_wrong_parameter_is_named(self):
        error = self.fails(openai.BadRequestError, lambda: ask(OPENAI, temperature=9), 400)
        self.assertEqual(error.param, "temperature")

    @each(OPENAI, ANTHROPIC)
    def test_no_messages_are_too_few(self, model):
        call = lambda: client().chat.completions.create(model=model, messages=[])
        self.fails(openai.BadRequestError, call, 400)

    def test_a_key_that_nobody_has_is_refused(self):
        ours = client().with_options(api_key="sk-wrong")
        error = self.fails(openai.AuthenticationError, lambda: ask(OPENAI, ours), 401)
        self.assertEqual(error.code, "invalid_api_key")
        self.assertNotIn("sk-wrong", str(error))

    def test_a_key_has_its_models(self):
        ours = client().with_options(api_key=NARROW_KEY)
        self.fails(openai.PermissionDeniedError, lambda: ask(ANTHROPIC, ours), 403)
        self.assertTrue(ask(OPENAI, ours).choices)

    def test_a_model_that_is_nowhere_is_not_found(self):
        for model in ("nowhere", "nowhere/model"):
            error = self.fails(openai.NotFoundError, lambda: ask(model), 404)
            self.assertIn(model, error.message)

    def test_a_path_that_is_nowhere_is_not_found(self):
        call = lambda: client().post("/nowhere", body={}, cast_to=object)
        self.fails(openai.NotFoundError, call, 404)


class Retries(unittest.TestCase):
    """The client's own, on top of what the gateway does."""

    @both
    def test_the_client_comes_back(self, provider):
        model = fresh("status-429-first-1+retry-after-10ms", provider)
        self.assertTrue(ask(model, client().with_options(max_retries=2)).choices)

    @both
    def test_and_gives_up(self, provider):
        model = fresh("status-429-first-3+retry-after-10ms", provider)
        with self.assertRaises(openai.RateLimitError):
            ask(model, client().with_options(max_retries=1))

    def test_an_async_client_comes_back(self):
        async def call():
            async with async_client().with_options(max_retries=3) as ours:
                return await ask(fresh("status-503-first-2+retry-after-10ms"), ours)

        self.assertTrue(run(call()).choices)


class Broken(unittest.TestCase):
    """Streams that go wrong behind their first events."""

    @both
    def test_an_error_in_a_stream_is_raised(self, provider):
        for knob in ("error-after-8", "cut-after-8", "end-after-8"):
            texts = []
            with self.assertRaises(openai.APIError, msg=knob):
                for chunk in ask(fresh(knob, provider), stream=True):
                    texts += [choice.delta.content for choice in chunk.choices]
            self.assertTrue(any(texts), knob)

    @both
    def test_a_stream_that_never_begins_is_an_error_with_a_status(self, provider):
        for knob in ("error-after-0", "cut-after-0", "end-after-0"):
            with self.assertRaises(openai.InternalServerError, msg=knob):
                ask(fresh(knob, provider), stream=True)

    @both
    def test_an_answer_that_makes_no_sense_is_the_gateways_fault(self, provider):
        for knob in ("html", "garbage", "empty", "reset", "cut-after-1"):
            with self.assertRaises(openai.InternalServerError, msg=knob):
                ask(fresh(knob, provider))

    @both
    def test_a_client_that_waits_no_longer_is_let_go(self, provider):
        with self.assertRaises(openai.APITimeoutError):
            ask(fresh("silent", provider), timeout=0.3)

    def test_no_key_of_anybody_is_told(self):
        answer = ask(fresh("echo-key"))
        self.assertNotIn(KEY, str(answer))
