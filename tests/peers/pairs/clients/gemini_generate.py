"""google-genai: contents."""

from google import genai
from google.genai import types

from talk import LIMITS, PICTURE, RESULTS, STOP, SYSTEM, TOOL, Said, Wrong

PACKAGE = "google-genai"
FINISHES = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "filter"}
STOPS = {"stop_sequences": [STOP]}


def connect(url, key):
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url))


def contents(ask):
    said = [
        types.UserContent(text) if role == "user" else types.ModelContent(text) for role, text in ask.earlier
    ]
    parts = [types.Part(text=ask.question)]
    if ask.picture:
        parts.append(types.Part.from_bytes(data=PICTURE, mime_type="image/png"))
    said.append(types.UserContent(parts))
    if ask.calls:
        results = [
            types.Part(function_response=types.FunctionResponse(id=id, name=name, response={"result": result}))
            for (id, name, _), result in zip(ask.calls.calls, RESULTS)
        ]
        said += [ask.calls.turn, types.UserContent(results)]
    return said


def ask(client, model, ask):
    config = {"system_instruction": SYSTEM}
    if ask.limits:
        config |= {"temperature": LIMITS["temperature"], "max_output_tokens": LIMITS["max_tokens"]}
    if ask.tool:
        function = types.FunctionDeclaration(
            name=TOOL["name"], description=TOOL["description"], parameters_json_schema=TOOL["schema"]
        )
        config["tools"] = [types.Tool(function_declarations=[function])]
    if ask.odd:
        config["http_options"] = types.HttpOptions(extra_body={"invented": [1]})
    own = dict(ask.more)
    said = own.pop("contents", None) or contents(ask)
    more = {"contents": said, "config": types.GenerateContentConfig(**{**config, **own})}
    if ask.stream:
        chunks = list(client.models.generate_content_stream(model=model, **more))
    else:
        chunks = [client.models.generate_content(model=model, **more)]
    return told(chunks)


def raised(error):
    body = error.details["error"]
    details = {detail["@type"].rsplit(".")[-1]: detail for detail in body.get("details", [])}
    wait = details.get("RetryInfo", {"retryDelay": "0s"})["retryDelay"]
    return Wrong(type(error).__name__, error.code, error.status, error.message, float(wait.removesuffix("s")))


def told(chunks):
    candidates = [candidate for chunk in chunks for candidate in chunk.candidates or []]
    parts = [part for candidate in candidates for part in (candidate.content and candidate.content.parts) or []]
    calls = [part.function_call for part in parts if part.function_call]
    finish = candidates[-1].finish_reason
    usage = chunks[-1].usage_metadata
    out = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    assert usage.total_token_count == usage.prompt_token_count + out, usage
    word = finish.value
    finish = FINISHES.get(word)
    return Said(
        "".join(part.text or "" for part in parts if not part.thought),
        [(call.id, call.name, call.args) for call in calls],
        "".join(part.text or "" for part in parts if part.thought),
        # The dialect has no word of its own for calls.
        finish="calls" if calls and finish == "stop" else finish,
        word=word,
        tokens=(usage.prompt_token_count, out),
        cached=usage.cached_content_token_count,
        turn=types.Content(role="model", parts=[part for part in parts if part != types.Part(text="")]),
    )
