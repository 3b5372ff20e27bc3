"""Single fields of the openai client's answers, as expect_openai.py words them."""

import openai
from openai.types import CompletionUsage

# Where providers put reasoning text that the protocol itself has no field for.
REASONING_FIELDS = ("reasoning_content", "reasoning")


def client(http, exchange, suffix):
    """A client whose requests go where the exchange was recorded."""
    prefix = exchange["path"].split("?")[0].removesuffix(suffix)
    return openai.OpenAI(
        api_key="unused",
        base_url=f"https://{exchange['host']}{prefix}",
        http_client=http,
        max_retries=0,
    )


def extra(model, name):
    """A field that the SDK's type doesn't declare."""
    return (model.model_extra or {}).get(name)


def reasoning_of(message):
    for name in REASONING_FIELDS:
        value = extra(message, name)
        if isinstance(value, str):
            return value
    return None


def split_content(content):
    """(text, reasoning, part types) of a content that may be a list of parts."""
    if content is None or isinstance(content, str):
        return content, None, None
    text, reasoning, kinds = [], [], []
    for part in content:
        kinds.append(part["type"])
        if part["type"] == "text":
            text.append(part["text"])
        elif part["type"] == "thinking":
            reasoning.extend(inner["text"] for inner in part["thinking"])
    return joined(text), joined(reasoning), kinds


def joined(pieces):
    return "".join(pieces) if pieces else None


def whole_call(call):
    if call.type == "custom":
        name, arguments = call.custom.name, call.custom.input
    else:
        name, arguments = call.function.name, call.function.arguments
    return {"id": call.id, "type": call.type, "name": name, "arguments": arguments}


def whole_choice(choice):
    message = choice.message
    text, thinking, parts = split_content(message.content)
    reasoning = reasoning_of(message)
    function = message.function_call
    return {
        "index": choice.index,
        "text": text,
        "refusal": message.refusal,
        "reasoning": thinking if reasoning is None else reasoning,
        "parts": parts,
        "tool_calls": [whole_call(call) for call in message.tool_calls or []],
        "function_call": function
        and {"name": function.name, "arguments": function.arguments},
        "finish_reason": choice.finish_reason,
        "logprobs": logprobs_of(choice),
    }


def logprobs_of(choice):
    if choice.logprobs is None or choice.logprobs.content is None:
        return None
    return [[entry.token, entry.logprob] for entry in choice.logprobs.content]


def usage_of(answer):
    usage, source = answer.usage, "usage"
    if usage is None:
        groq = extra(answer, "x_groq")
        if not groq or not groq.get("usage"):
            return None
        usage = CompletionUsage.model_construct(**groq["usage"])
        source = "x_groq"
    prompt = getattr(usage, "prompt_tokens_details", None)
    completion = getattr(usage, "completion_tokens_details", None)
    return {
        "prompt": usage.prompt_tokens,
        "completion": getattr(usage, "completion_tokens", None),
        "total": usage.total_tokens,
        "cached": getattr(prompt, "cached_tokens", None),
        "reasoning": getattr(completion, "reasoning_tokens", None),
        "audio_input": getattr(prompt, "audio_tokens", None),
        "audio_output": getattr(completion, "audio_tokens", None),
        "source": source,
    }


def body_error(status, body):
    """The SDK hands over the inner `error` object where there is one."""
    body = body if isinstance(body, dict) else {"message": body}
    return {
        "exception": None,
        "status": status,
        "code": body.get("code"),
        "type": body.get("type"),
        "param": body.get("param"),
        "message": body.get("message"),
    }


def status_error(error):
    result = body_error(error.status_code, error.body)
    result["exception"] = type(error).__name__
    return result
