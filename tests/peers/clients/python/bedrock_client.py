"""boto3: Converse, whole and as streams, tools and images, and both ways to say who asks."""

import base64
import contextlib
import functools
import os
import unittest

# Read when a client is made. Nothing of the caller's may get in between.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError

from places import ANTHROPIC, GATEWAY, KEY, PIXEL, arrived, chats, each, fresh, said

PACKAGES = ["boto3"]
HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]


def client(name="team", secret=KEY):
    """A client that signs: the key's name is its id, the key is the secret."""
    return boto3.client(
        "bedrock-runtime",
        region_name="eu-west-1",
        endpoint_url=GATEWAY,
        aws_access_key_id=name,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


@contextlib.contextmanager
def with_bearer(token):
    """A client that shows a Bedrock API key, which it looks up when it asks."""
    os.environ["AWS_BEARER_TOKEN_BEDROCK"] = token
    try:
        yield client(None, None)
    finally:
        del os.environ["AWS_BEARER_TOKEN_BEDROCK"]


def over_http(test):
    """Newer versions show a key over TLS only, and the gateway of these tests has none."""

    @functools.wraps(test)
    def run(self):
        try:
            test(self)
        except BotoCoreError as error:
            if "requires an HTTPS endpoint" not in str(error):
                raise
            self.skipTest(str(error))

    return run


def converse(model, messages=None, **more):
    more = {"inferenceConfig": {"maxTokens": 1000}, **more}
    return client().converse(modelId=model, messages=messages or HELLO, **more)


def stream(model, messages=None, **more):
    more = {"inferenceConfig": {"maxTokens": 1000}, **more}
    return client().converse_stream(modelId=model, messages=messages or HELLO, **more)["stream"]


def asks(*blocks):
    return [{"role": "user", "content": [block if isinstance(block, dict) else {"text": block} for block in blocks]}]


def blocks(answer):
    return answer["output"]["message"]["content"]


def tools(*names, **more):
    properties = {"city": {"type": "string"}, "days": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["city", "days"]}
    spec = lambda name: {"toolSpec": {"name": name, "description": "Tells it.", "inputSchema": {"json": schema}}}
    return {"tools": [spec(name) for name in names], **more}


class Whole(unittest.TestCase):
    @chats
    def test_a_conversation_is_answered(self, model):
        answer = converse(model)
        (block,) = blocks(answer)
        self.assertTrue(said(block["text"], "Hello"), answer)
        self.assertEqual(answer["stopReason"], "end_turn")
        self.assertEqual(answer["usage"]["outputTokens"], 50)
        self.assertGreaterEqual(answer["metrics"]["latencyMs"], 0)

    @chats
    def test_an_image_and_options_arrive(self, model):
        image = {"image": {"format": "png", "source": {"bytes": base64.b64decode(PIXEL)}}}
        options = {"maxTokens": 1000, "stopSequences": ["END"]}
        messages = [*asks("One"), {"role": "assistant", "content": [{"text": "1"}]}, *asks("What is this?", image)]
        answer = converse(model, messages, system=[{"text": "Be brief."}], inferenceConfig=options)
        self.assertTrue(said(blocks(answer)[0]["text"], "What is this?"))
        _, body = arrived()
        self.assertIn(PIXEL, str(body["messages"][-1]))
        self.assertIn("Be brief.", str(body.get("system", body["messages"][0])))
        self.assertEqual(body.get("stop") or body.get("stop_sequences"), ["END"])

    @chats
    def test_an_answer_that_is_too_long_is_cut(self, model):
        answer = converse(model, inferenceConfig={"maxTokens": 5})
        self.assertEqual((answer["stopReason"], answer["usage"]["outputTokens"]), ("max_tokens", 5))

    @each(ANTHROPIC)
    def test_thoughts_are_told_and_can_be_sent_back(self, model):
        fields = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
        more = {"additionalModelRequestFields": fields, "inferenceConfig": {"maxTokens": 2000}}
        answer = converse(model, **more)
        thought = blocks(answer)[0]["reasoningContent"]["reasoningText"]
        converse(model, [*HELLO, answer["output"]["message"], *HELLO], **more)
        _, body = arrived()
        sent = body["messages"][1]["content"][0]
        self.assertEqual((sent["thinking"], sent["signature"]), (thought["text"], thought["signature"]))


class Streams(unittest.TestCase):
    @chats
    def test_a_stream_says_what_a_whole_answer_says(self, model):
        events = list(stream(model))
        kinds = [kind for event in events for kind in event]
        self.assertEqual((kinds[0], kinds[-3:]), ("messageStart", ["contentBlockStop", "messageStop", "metadata"]))
        deltas = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
        self.assertEqual("".join(delta["text"] for delta in deltas), blocks(converse(model))[0]["text"])
        self.assertEqual(events[-2]["messageStop"]["stopReason"], "end_turn")
        self.assertEqual(events[-1]["metadata"]["usage"]["outputTokens"], 50)

    def test_a_stream_that_breaks_off_raises(self):
        with self.assertRaises(EventStreamError):
            list(stream(fresh("cut-after-3")))


class Tools(unittest.TestCase):
    @chats
    def test_a_tool_is_called_and_its_result_used(self, model):
        messages = asks("What is it like? Please call the tool.")
        answer = converse(model, messages, toolConfig=tools("weather"))
        self.assertEqual(answer["stopReason"], "tool_use")
        (call,) = [block["toolUse"] for block in blocks(answer) if "toolUse" in block]
        self.assertEqual((call["name"], set(call["input"])), ("weather", {"city", "days"}))
        result = {"toolUseId": call["toolUseId"], "content": [{"text": "It rains."}]}
        messages += [answer["output"]["message"], *asks({"toolResult": result})]
        answer = converse(model, messages, toolConfig=tools("weather"))
        self.assertTrue(blocks(answer)[0]["text"].startswith("The tool returned: It rains."), answer)

    @chats
    def test_a_call_can_be_demanded(self, model):
        for choice, name in [({"any": {}}, "first"), ({"tool": {"name": "second"}}, "second")]:
            answer = converse(model, toolConfig=tools("first", "second", toolChoice=choice))
            self.assertEqual([block["toolUse"]["name"] for block in blocks(answer)], [name])

    @chats
    def test_calls_are_streamed_in_pieces(self, model):
        events = list(stream(model, asks("Call every tool."), toolConfig=tools("first", "second")))
        starts = [event["contentBlockStart"]["start"] for event in events if "contentBlockStart" in event]
        self.assertEqual([start["toolUse"]["name"] for start in starts], ["first", "second"])
        self.assertEqual(events[-2]["messageStop"]["stopReason"], "tool_use")


class Who(unittest.TestCase):
    @over_http
    def test_a_key_may_be_shown_as_well(self):
        with with_bearer(KEY) as ours:
            answer = ours.converse(modelId=ANTHROPIC, messages=HELLO, inferenceConfig={"maxTokens": 9})
        self.assertEqual(answer["stopReason"], "max_tokens")

    @over_http
    def test_a_wrong_key_that_is_shown_is_refused_by_its_name(self):
        with with_bearer("wrong") as ours:
            self.refused(ours)

    def test_a_wrong_key_is_refused_by_its_name(self):
        for wrong in [client(secret="wrong"), client(name="nobody")]:
            self.refused(wrong)

    def refused(self, wrong):
        with self.assertRaises(ClientError) as raised:
            wrong.converse(modelId=ANTHROPIC, messages=HELLO)
        self.assertEqual(raised.exception.response["Error"]["Code"], "UnrecognizedClientException")

    def test_a_request_that_is_wrong_says_so(self):
        with self.assertRaises(ClientError) as raised:
            converse("nowhere/m")
        self.assertIn("nowhere", raised.exception.response["Error"]["Message"])
        with self.assertRaises(client().exceptions.ValidationException):
            converse(ANTHROPIC, guardrailConfig={"guardrailIdentifier": "abc", "guardrailVersion": "1"})
