"""LangChain: ChatOpenAI, ChatAnthropic and OpenAIEmbeddings."""

import unittest

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, Field

from places import ANTHROPIC, CROSSING, GATEWAY, KEY, OPENAI, PIXEL, run, said

PACKAGES = ["langchain-core", "langchain-openai", "langchain-anthropic"]
HELLO = [SystemMessage("Be brief."), HumanMessage("Hello")]


class Capital(BaseModel):
    """A capital."""

    country: str = Field(description="Where it is")
    inhabitants: int


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    return f"It rains in {city}."


def openai(model):
    return ChatOpenAI(model=model, base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0)


def anthropic(model):
    return ChatAnthropic(
        model=model, base_url=GATEWAY, api_key=KEY, max_retries=0, max_tokens=1000, stream_usage=True
    )


def each(test):
    """Runs a test with both classes, each with a provider of both protocols."""

    def all_of_them(self):
        for make in (openai, anthropic):
            for model in (OPENAI, ANTHROPIC, CROSSING):
                with self.subTest(make=make.__name__, model=model):
                    test(self, make(model))

    return all_of_them


def text(message):
    content = message.content
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


class Chats(unittest.TestCase):
    @each
    def test_invoke(self, llm):
        answer = llm.invoke(HELLO)
        self.assertTrue(said(text(answer), "Hello"), answer)
        self.assertEqual(answer.usage_metadata["output_tokens"], 50)

    @each
    def test_stream(self, llm):
        pieces = list(llm.stream(HELLO))
        self.assertGreater(len(pieces), 20)
        self.assertTrue(said("".join(map(text, pieces)), "Hello"))

    @each
    def test_async(self, llm):
        async def ask():
            whole = await llm.ainvoke(HELLO)
            pieces = [text(piece) async for piece in llm.astream(HELLO)]
            both = await llm.abatch([HELLO, HELLO])
            return [text(whole), "".join(pieces), *map(text, both)]

        for answer in run(ask()):
            self.assertTrue(said(answer, "Hello"), answer)

    @each
    def test_a_picture_is_looked_at(self, llm):
        picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}}
        parts = [{"type": "text", "text": "What is this?"}, picture]
        self.assertTrue(said(text(llm.invoke([HumanMessage(parts)])), "What is this?"))


class Tools(unittest.TestCase):
    @each
    def test_a_tool_is_called_and_its_result_used(self, llm):
        bound = llm.bind_tools([weather])
        asked = HumanMessage("What is it like? Please call the tool.")
        answer = bound.invoke([asked])
        (call,) = answer.tool_calls
        self.assertEqual((call["name"], call["args"]), ("weather", {"city": "sample"}))
        result = ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])
        self.assertTrue(text(bound.invoke([asked, answer, result])).startswith("The tool returned: It rains"))

    @each
    def test_calls_are_streamed(self, llm):
        first, *rest = llm.bind_tools([weather], tool_choice="weather").stream("What is it like?")
        for piece in rest:
            first += piece
        self.assertEqual(first.tool_calls[0]["args"], {"city": "sample"})

    @each
    def test_structured_output(self, llm):
        self.assertIsInstance(llm.with_structured_output(Capital).invoke("call the tool"), Capital)

    def test_structured_output_by_a_schema(self):
        for model in (OPENAI, ANTHROPIC, CROSSING):
            for method in ("json_schema", "function_calling"):
                with self.subTest(model=model, method=method):
                    answer = openai(model).with_structured_output(Capital, method=method).invoke("Hello")
                    self.assertIsInstance(answer, Capital)


class Embeddings(unittest.TestCase):
    def model(self):
        return OpenAIEmbeddings(
            model="openai/text-embedding-3-small",
            base_url=GATEWAY + "/v1",
            api_key=KEY,
            # Otherwise it fetches a list of tokens from the network.
            check_embedding_ctx_length=False,
        )

    def test_texts_are_embedded(self):
        vectors = self.model().embed_documents(["alpha", "beta"])
        self.assertEqual([len(vector) for vector in vectors], [64, 64])
        self.assertEqual(len(self.model().embed_query("alpha")), 64)

    def test_texts_are_embedded_asynchronously(self):
        self.assertEqual(len(run(self.model().aembed_documents(["alpha", "beta"]))), 2)
