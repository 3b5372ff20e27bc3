"""openai: responses."""

import base64
import json

import openai

from talk import LIMITS, PICTURE, RESULTS, SYSTEM, TOOL, Broke, Said

from .openai_chat import raised

PACKAGE = "openai"
# It can't ask for that.
STOPS = {}


def connect(url, key):
    return openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)


def items(ask):
    said = [{"role": role, "content": text} for role, text in ask.earlier]
    content = [{"type": "input_text", "text": ask.question}]
    if ask.picture:
        url = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
        content.append({"type": "input_image", "image_url": url, "detail": "auto"})
    said.append({"role": "user", "content": content})
    if ask.calls:
        said += ask.calls.turn
        for (id, *_), result in zip(ask.calls.calls, RESULTS):
            said.append({"type": "function_call_output", "call_id": id, "output": result})
    return said


def ask(client, model, ask):
    more = {"extra_body": {"invented": [1]}} if ask.odd else {}
    if ask.tool:
        function = {"name": TOOL["name"], "description": TOOL["description"], "parameters": TOOL["schema"]}
        more["tools"] = [{"type": "function", "strict": False, **function}]
    limits = {"max_output_tokens": LIMITS["max_tokens"], "temperature": LIMITS["temperature"]} if ask.limits else {}
    more = {"instructions": SYSTEM, "input": items(ask), **limits, **more, **ask.more}
    if not ask.stream:
        return said(client.responses.create(model=model, **more))
    text, refusal, arguments, last = "", "", {}, None
    for event in client.responses.create(model=model, stream=True, **more):
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.refusal.delta":
            refusal += event.delta
        elif event.type == "response.function_call_arguments.delta":
            arguments[event.item_id] = arguments.get(event.item_id, "") + event.delta
        last = event
    if last.type == "error":
        raise Broke(last.message)
    if last.type == "response.failed":
        raise Broke(last.response.error.message)
    assert last.type in ("response.completed", "response.incomplete"), last
    answer = said(last.response)
    # What came in pieces is what the end says.
    assert (answer.text, answer.refusal) == (text, refusal), (answer, text, refusal)
    assert [given for _, _, given in answer.calls] == [json.loads(text) for text in arguments.values()], arguments
    return answer


def said(answer):
    calls = [item for item in answer.output if item.type == "function_call"]
    finish = {"completed": "calls" if calls else "stop", "incomplete": "length"}[answer.status]
    why = answer.incomplete_details and answer.incomplete_details.reason
    contents = [part for item in answer.output if item.type == "message" for part in item.content]
    thoughts = [part.text for item in answer.output if item.type == "reasoning" for part in item.summary]
    usage = answer.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens, usage
    return Said(
        answer.output_text,
        [(call.call_id, call.name, json.loads(call.arguments)) for call in calls],
        thought="".join(thoughts),
        finish=finish,
        tokens=(usage.input_tokens, usage.output_tokens),
        cached=usage.input_tokens_details.cached_tokens,
        turn=[item.to_dict() for item in answer.output],
        word=(answer.status, why),
        refusal="".join(part.refusal for part in contents if part.type == "refusal"),
    )
