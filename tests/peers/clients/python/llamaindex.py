"""LlamaIndex, with nothing but the base URL and the headers of portkey-ai."""

import unittest

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai_like import OpenAILike
from portkey_ai import createHeaders
from pydantic import BaseModel

from places import GATEWAY, KEY, run, said

PACKAGES = ["llama-index-core", "llama-index-llms-openai", "llama-index-llms-openai-like", "portkey-ai"]
HELLO = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Hello")]
CONFIG = {
    "strategy": {"mode": "fallback"},
    "targets": [
        {"provider": "openai", "override_params": {"model": "gpt-4o-mini+status-500"}},
        {"provider": "anthropic", "override_params": {"model": "claude-haiku-4-5"}},
    ],
}
HEADERS = {
    "by its provider": createHeaders(
        api_key=KEY, provider="openai", trace_id="llama", metadata={"_user": "u"}
    ),
    "by a config": createHeaders(api_key=KEY, config=CONFIG),
    "by a saved config": createHeaders(api_key=KEY, config="pc-fallback"),
}


class Capital(BaseModel):
    """A capital."""

    country: str
    inhabitants: int


def weather(city: str) -> str:
    """Tells the weather."""
    return f"It rains in {city}."


def openai(headers):
    return OpenAI(
        model="gpt-4o-mini",
        api_base=GATEWAY + "/v1",
        # As the guides have it: the key is in the headers.
        api_key="X",
        default_headers=headers,
        max_retries=0,
        reuse_client=False,
    )


def openai_like(headers):
    return OpenAILike(
        model="gpt-4o-mini",
        api_base=GATEWAY + "/v1",
        api_key="X",
        default_headers=headers,
        is_chat_model=True,
        is_function_calling_model=True,
        context_window=8000,
        max_retries=0,
        reuse_client=False,
    )


def each(test):
    """Runs a test with each class and each kind of headers."""

    def all_of_them(self):
        for make in (openai, openai_like):
            for name, headers in HEADERS.items():
                with self.subTest(make=make.__name__, chosen=name):
                    test(self, make(headers))

    return all_of_them


class Chats(unittest.TestCase):
    @each
    def test_complete(self, llm):
        self.assertTrue(said(llm.complete("Hello").text, "Hello"))

    @each
    def test_chat(self, llm):
        answer = llm.chat(HELLO)
        self.assertTrue(said(answer.message.content, "Hello"))
        self.assertEqual(answer.raw.usage.completion_tokens, 50)

    @each
    def test_stream_complete_and_stream_chat(self, llm):
        *_, last = llm.stream_complete("Hello")
        self.assertTrue(said(last.text, "Hello"))
        pieces = list(llm.stream_chat(HELLO))
        self.assertTrue(said("".join(piece.delta or "" for piece in pieces), "Hello"))
        self.assertEqual(pieces[-1].message.content, "".join(piece.delta or "" for piece in pieces))

    @each
    def test_async(self, llm):
        async def ask():
            whole = await llm.acomplete("Hello")
            chat = await llm.achat(HELLO)
            pieces = [piece.delta or "" async for piece in await llm.astream_chat(HELLO)]
            completed = [piece.delta or "" async for piece in await llm.astream_complete("Hello")]
            return whole.text, chat.message.content, "".join(pieces), "".join(completed)

        for text in run(ask()):
            self.assertTrue(said(text, "Hello"), text)


class Tools(unittest.TestCase):
    @each
    def test_predict_and_call(self, llm):
        tool = FunctionTool.from_defaults(fn=weather)
        answer = llm.predict_and_call([tool], "What is it like? Please call the tool.")
        self.assertEqual(answer.response, "It rains in sample.")

    @each
    def test_chat_with_tools_and_their_results(self, llm):
        tool = FunctionTool.from_defaults(fn=weather)
        answer = llm.chat_with_tools([tool], user_msg="call the tool")
        (call,) = llm.get_tool_calls_from_response(answer)
        self.assertEqual((call.tool_name, call.tool_kwargs), ("weather", {"city": "sample"}))
        belongs = {"tool_call_id": call.tool_id}
        result = ChatMessage(role="tool", content="It rains.", additional_kwargs=belongs)
        asked = ChatMessage(role="user", content="call the tool")
        answer = llm.chat_with_tools([tool], chat_history=[asked, answer.message, result])
        self.assertTrue(answer.message.content.startswith("The tool returned: It rains."), answer)

    @each
    def test_calls_are_streamed(self, llm):
        tool = FunctionTool.from_defaults(fn=weather)
        *_, last = llm.stream_chat_with_tools([tool], user_msg="call the tool")
        (call,) = llm.get_tool_calls_from_response(last)
        self.assertEqual(call.tool_kwargs, {"city": "sample"})

    def test_structured_predict(self):
        from llama_index.core.prompts import PromptTemplate

        for headers in HEADERS.values():
            answer = openai(headers).structured_predict(Capital, PromptTemplate("call the tool"))
            self.assertIsInstance(answer, Capital)


class Embeddings(unittest.TestCase):
    def model(self):
        headers = createHeaders(api_key=KEY, provider="openai")
        return OpenAIEmbedding(
            model="text-embedding-3-small",
            api_base=GATEWAY + "/v1",
            api_key="X",
            default_headers=headers,
            max_retries=1,
            reuse_client=False,
        )

    def test_texts_are_embedded(self):
        model = self.model()
        one = model.get_text_embedding("alpha beta")
        self.assertEqual(len(one), 64)
        many = model.get_text_embedding_batch([f"text {number}" for number in range(25)] + ["alpha beta"])
        self.assertEqual(many[-1], one)
        self.assertEqual(len(model.get_query_embedding("alpha")), 64)

    def test_texts_are_embedded_asynchronously(self):
        async def ask():
            model = self.model()
            return await model.aget_text_embedding("a"), await model.aget_text_embedding_batch(["a", "b"])

        one, many = run(ask())
        self.assertEqual(many[0], one)
