"""Responses and the older completions by the openai client, in the shape of chat."""

import openai

from openai_fields import client, status_error, usage_of

# A response's reasons for an early end, in chat's words.
EARLY = {"max_output_tokens": "length", "content_filter": "content_filter"}


def responses(http, exchange, request, stream):
    api = client(http, exchange, "/responses").responses
    model, prompt = request.get("model", "unknown"), request.get("input", "")
    try:
        if stream:
            events = api.create(model=model, input=prompt, stream=True)
            return "responses-stream", streamed_response(events)
        return "responses", whole_response(api.create(model=model, input=prompt))
    except openai.APIStatusError as error:
        return "error", status_error(error)


def whole_response(answer):
    said = {"text": answer.output_text, **nothing_said()}
    for item in answer.output:
        add_item(said, item)
        for part in item.content if item.type == "message" else []:
            said["logprobs"] += logprobs_of(part)
    return response_of(answer, said)


def streamed_response(events):
    """Text from its deltas, the rest from the items' ends."""
    said = {"text": "", **nothing_said()}
    answer = None
    for event in events:
        if event.type == "response.output_text.delta":
            said["text"] += event.delta
            # Those at the item's end are rounded.
            said["logprobs"] += logprobs_of(event)
        elif event.type == "response.output_item.done":
            add_item(said, event.item)
        elif event.type in ("response.completed", "response.incomplete"):
            answer = event.response
    return response_of(answer, said)


def logprobs_of(part):
    entries = getattr(part, "logprobs", None) or []
    return [[entry.token, entry.logprob] for entry in entries]


def nothing_said():
    return {"refusal": "", "reasoning": [], "calls": [], "logprobs": []}


def add_item(said, item):
    if item.type == "function_call":
        said["calls"].append(call(item, item.arguments))
    elif item.type == "custom_tool_call":
        said["calls"].append(call(item, item.input))
    elif item.type == "reasoning":
        said["reasoning"].append("\n\n".join(part.text for part in item.summary))
    elif item.type == "message":
        for part in item.content:
            if part.type == "refusal":
                said["refusal"] += part.refusal


def call(item, arguments):
    return {
        "id": item.call_id,
        "type": "function",
        "name": item.name,
        "arguments": arguments,
    }


def response_of(answer, said):
    details = answer.incomplete_details
    early = details and details.reason
    if early:
        end = EARLY.get(early, early)
    else:
        end = "stop" if answer.status in ("completed", "complete") else answer.status
    usage = answer.usage
    return {
        "id": answer.id,
        "model": answer.model,
        "choices": [
            {
                "index": 0,
                "text": said["text"],
                "refusal": said["refusal"],
                "reasoning": "".join(said["reasoning"]),
                "parts": None,
                "tool_calls": said["calls"],
                "function_call": None,
                "finish_reason": end,
                "logprobs": said["logprobs"] or None,
            }
        ],
        "usage": usage
        and {
            "prompt": usage.input_tokens,
            "completion": usage.output_tokens,
            "total": usage.total_tokens,
            "cached": getattr(usage.input_tokens_details, "cached_tokens", None),
            "reasoning": getattr(usage.output_tokens_details, "reasoning_tokens", None),
            "audio_input": None,
            "audio_output": None,
            "source": "usage",
        },
    }


def completions(http, exchange, request, stream):
    api = client(http, exchange, "/completions").completions
    model, prompt = request.get("model", "unknown"), request.get("prompt", "")
    try:
        if stream:
            chunks = list(api.create(model=model, prompt=prompt, stream=True))
            return "completions-stream", completion_of(chunks)
        return "completions", completion_of([api.create(model=model, prompt=prompt)])
    except openai.APIStatusError as error:
        return "error", status_error(error)


def completion_of(chunks):
    """A completion, or the chunks of one."""
    choices = {}
    usage = None
    for chunk in chunks:
        usage = usage_of(chunk) or usage
        for choice in chunk.choices:
            known = choices.setdefault(choice.index, {"text": "", "end": None})
            known["text"] += choice.text
            known["end"] = choice.finish_reason or known["end"]
    return {
        "id": chunks[0].id,
        "model": chunks[0].model,
        "choices": [
            {
                "index": index,
                "text": choice["text"],
                "refusal": None,
                "reasoning": None,
                "parts": None,
                "tool_calls": [],
                "function_call": None,
                "finish_reason": choice["end"],
                "logprobs": None,
            }
            for index, choice in sorted(choices.items())
        ],
        "usage": usage,
    }
