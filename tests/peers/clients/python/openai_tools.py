"""openai: tools."""

import json
import unittest

import openai
from pydantic import BaseModel

from openai_chat import client, helpers
from places import chats

PACKAGES = ["openai"]


class Weather(BaseModel):
    """What the weather is like."""

    city: str
    days: int


def tool(name):
    properties = {"city": {"type": "string"}, "days": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["city", "days"]}
    return {"type": "function", "function": {"name": name, "description": "Tells it.", "parameters": schema}}


def ask(text):
    return [{"role": "user", "content": text}]


class Tools(unittest.TestCase):
    @chats
    def test_a_tool_is_called_and_its_result_used(self, model):
        messages, tools = ask("What is it like? Please call the tool."), [tool("weather")]
        answer = client().chat.completions.create(model=model, messages=messages, tools=tools)
        choice = answer.choices[0]
        self.assertEqual(choice.finish_reason, "tool_calls")
        (call,) = choice.message.tool_calls
        self.assertEqual((call.type, call.function.name), ("function", "weather"))
        self.assertEqual(set(json.loads(call.function.arguments)), {"city", "days"})
        # The client's own object goes back as it came.
        messages += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": "It rains."}]
        answer = client().chat.completions.create(model=model, messages=messages, tools=tools)
        self.assertTrue(answer.choices[0].message.content.startswith("The tool returned: It rains."), answer)

    @chats
    def test_a_call_can_be_demanded_and_forbidden(self, model):
        named = {"type": "function", "function": {"name": "second"}}
        for choice, names in [("required", ["first"]), (named, ["second"]), ("none", [])]:
            answer = client().chat.completions.create(
                model=model,
                messages=ask("call the tool"),
                tools=[tool("first"), tool("second")],
                tool_choice=choice,
            )
            calls = answer.choices[0].message.tool_calls or []
            self.assertEqual([call.function.name for call in calls], names, choice)

    @chats
    def test_several_tools_are_called_at_once(self, model):
        tools, messages = [tool("first"), tool("second")], ask("Call every tool.")
        answer = client().chat.completions.create(model=model, messages=messages, tools=tools)
        calls = answer.choices[0].message.tool_calls
        self.assertEqual([call.function.name for call in calls], ["first", "second"])
        messages.append(answer.choices[0].message)
        messages += [{"role": "tool", "tool_call_id": call.id, "content": call.id} for call in calls]
        answer = client().chat.completions.create(model=model, messages=messages, tools=tools)
        self.assertIn(calls[1].id, answer.choices[0].message.content)

    @chats
    def test_calls_are_streamed_in_pieces(self, model):
        tools = [tool("first"), tool("second")]
        stream = client().chat.completions.create(
            model=model, messages=ask("Call every tool."), tools=tools, stream=True
        )
        names, arguments, ends = {}, {}, []
        for chunk in stream:
            for choice in chunk.choices:
                ends += [choice.finish_reason] if choice.finish_reason else []
                for call in choice.delta.tool_calls or []:
                    names.setdefault(call.index, call.function.name)
                    arguments[call.index] = arguments.get(call.index, "") + (call.function.arguments or "")
        self.assertEqual(names, {0: "first", 1: "second"})
        self.assertEqual(ends, ["tool_calls"])
        for text in arguments.values():
            self.assertEqual(set(json.loads(text)), {"city", "days"})

    @chats
    def test_arguments_fit_a_pydantic_model(self, model):
        answer = helpers(client()).parse(
            model=model,
            messages=ask("call the tool"),
            tools=[openai.pydantic_function_tool(Weather)],
        )
        (call,) = answer.choices[0].message.tool_calls
        self.assertIsInstance(call.function.parsed_arguments, Weather)

    @chats
    def test_the_stream_helper_puts_calls_together(self, model):
        tools = [openai.pydantic_function_tool(Weather)]
        with helpers(client()).stream(model=model, messages=ask("call the tool"), tools=tools) as stream:
            answer = stream.get_final_completion()
        (call,) = answer.choices[0].message.tool_calls
        self.assertIsInstance(call.function.parsed_arguments, Weather)
