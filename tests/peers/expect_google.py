"""Expectations by the official google-genai client, for Gemini and Vertex AI.

neutral, neutral-stream: see neutral.py.
embeddings, error: see expect_openai.py; the SDK has no exception for each
status, so `type` is the name of google.rpc.Status.
count-tokens: see expect_anthropic.py.
"""

import base64
import re

import google.auth.credentials
import httpx2
from google import genai
from google.genai import errors, types

import neutral
from expect_openai import vector
from recorded_http import Answer, http_client

METHOD = re.compile(r"/models/(?P<model>[^/:]+):(?P<method>\w+)$")
PLACE = re.compile(r"/projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/")
# Where the members of a source are, by its kind.
SOURCES = ("web", "retrieved_context", "maps", "image")
# A client may ask for numbers in the place of names (enum-encoding=int), which
# this SDK doesn't: those that were recorded.
NUMBERS = {b"finishReason": b"STOP", b"modality": b"TEXT", b"trafficType": b"ON_DEMAND"}
NUMBERED = re.compile(rb'"(%s)":\s*1\b' % b"|".join(NUMBERS))


def open_client(answer):
    """A client that answers with names for numbers."""

    def named(found):
        return b'"%s": "%s"' % (found[1], NUMBERS[found[1]])

    body = NUMBERED.sub(named, answer.body)
    return http_client(httpx2, Answer(answer.status, answer.headers, body))


def call_for(path):
    """The function that replays a request to this path, or None."""
    found = METHOD.search(path)
    return CALLS.get(found["method"]) if found else None


class Nobody(google.auth.credentials.Credentials):
    """Credentials that need no refreshing and say nothing."""

    def __init__(self):
        super().__init__()
        self.token = "unused"

    def refresh(self, request):
        raise AssertionError("there is nothing to refresh")


def api(http, exchange):
    place = PLACE.search(exchange["path"])
    options = types.HttpOptions(
        httpx_client=http, retry_options=types.HttpRetryOptions(attempts=1)
    )
    if place:
        client = genai.Client(
            enterprise=True, credentials=Nobody(), http_options=options, **place.groupdict()
        )
    else:
        client = genai.Client(api_key="unused", http_options=options)
    return client.models, METHOD.search(exchange["path"].split("?")[0])["model"]


def generate(http, exchange, request, stream):
    models, model = api(http, exchange)
    try:
        if stream:
            chunks = models.generate_content_stream(model=model, contents="Well?")
        else:
            chunks = [models.generate_content(model=model, contents="Well?")]
        return neutral.kind(stream), answer(list(chunks), stream)
    except errors.APIError as error:
        return "error", status_error(error)


def count(http, exchange, request, stream):
    models, model = api(http, exchange)
    told = models.count_tokens(model=model, contents="Well?")
    return "count-tokens", {"input_tokens": told.total_tokens}


def embed(http, exchange, request, stream):
    models, model = api(http, exchange)
    texts = ["Well?"] * len(request["requests"])
    try:
        # Of several texts the SDK would make one, for the newest models.
        assert len(texts) == 1, "a batch of several"
        told = models.embed_content(model=model, contents=texts)
    except errors.APIError as error:
        return "error", status_error(error)
    return "embeddings", {
        "model": model,
        "usage": None,
        "vectors": [
            vector(index, embedding.values)
            for index, embedding in enumerate(told.embeddings)
        ],
    }


CALLS = {
    "generateContent": generate,
    "streamGenerateContent": generate,
    "countTokens": count,
    "batchEmbedContents": embed,
}


def answer(chunks, stream):
    """An answer, or the chunks of one."""
    choices, grounds, usage = {}, {}, None
    for chunk in chunks:
        usage = usage_of(chunk.usage_metadata) or usage
        for candidate in chunk.candidates or []:
            index = candidate.index or 0
            told = choices.setdefault(index, neutral.Told(index, stream))
            for part in (candidate.content and candidate.content.parts) or []:
                add_part(told, part)
            told.finish_reason = word(candidate.finish_reason) or told.finish_reason
            if candidate.logprobs_result:
                chosen = candidate.logprobs_result.chosen_candidates or []
                told.add_logprobs(
                    [[token.token, token.log_probability or 0.0] for token in chosen]
                )
            grounds.setdefault(index, []).append(candidate)
    for index, told in choices.items():
        for candidate in grounds[index]:
            add_citations(told, candidate)
    return neutral.answer(
        first(chunks, "response_id"), first(chunks, "model_version"), choices.values(), usage
    )


def first(chunks, name):
    return next((getattr(chunk, name) for chunk in chunks if getattr(chunk, name)), None)


def word(reason):
    return reason and reason.value


def add_part(told, part):
    signature = part.thought_signature and base64.b64encode(part.thought_signature).decode()
    if part.function_call:
        call = part.function_call
        told.call(call.id, call.name, call.args or {}, signature)
    elif part.text is not None and part.thought:
        told.thought(part.text, signature)
    elif part.text is not None:
        told.text(part.text, signature)
    else:
        assert not part.inline_data, "media: nothing recorded has had any"
        value = part.model_dump(mode="json", by_alias=True, exclude_none=True)
        # The SDK writes bytes in another alphabet than they came in.
        told.native(value | ({"thoughtSignature": signature} if signature else {}))


def add_citations(told, candidate):
    grounding = candidate.grounding_metadata
    chunks = (grounding and grounding.grounding_chunks) or []
    supports = (grounding and grounding.grounding_supports) or []
    text = told.whole_text()
    places = [
        (span(text, support.segment), chunks[index])
        for support in supports
        for index in support.grounding_chunk_indices or []
        if index < len(chunks)
    ]
    if not supports:
        places = [((None, None), chunk) for chunk in chunks]
    for (start, end), chunk in places:
        source = next((getattr(chunk, kind) for kind in SOURCES if getattr(chunk, kind)), None)
        address = getattr(source, "uri", None) or getattr(source, "source_uri", None)
        cited = [start, end, getattr(source, "title", None), address, getattr(source, "text", None)]
        # The chunks of a stream repeat what earlier ones told.
        if not told.streamed or cited not in told.citations:
            told.cite(*cited)
    recited = candidate.citation_metadata and candidate.citation_metadata.citations
    assert not recited, "recited sources: nothing recorded has had any"


def span(text, segment):
    """The characters of the text that a segment, counted in bytes, names."""
    data, wanted = text.encode(), (segment.text or "").encode()
    start, end = segment.start_index or 0, segment.end_index or 0
    # Counted within its part, which in a stream is none of those that came.
    if data[start:end] != wanted:
        start = data.find(wanted, start)
        start = data.find(wanted) if start < 0 else start
        end = start + len(wanted)
    if start < 0:
        return None, None
    return len(data[:start].decode()), len(data[:end].decode())


def usage_of(told):
    if told is None or told.total_token_count is None:
        return None

    def audio(details):
        found = [one for one in details or [] if one.modality == types.MediaModality.AUDIO]
        return found[0].token_count if found else None

    return neutral.usage_of(
        input=neutral.total(told.prompt_token_count, told.tool_use_prompt_token_count),
        output=neutral.total(told.candidates_token_count, told.thoughts_token_count),
        cache_read=told.cached_content_token_count,
        reasoning=told.thoughts_token_count,
        audio_input=audio(told.prompt_tokens_details),
        audio_output=audio(told.candidates_tokens_details),
    )


def status_error(error):
    return {
        "exception": type(error).__name__,
        "status": error.code,
        "code": None,
        "type": error.status,
        "message": error.message,
    }
