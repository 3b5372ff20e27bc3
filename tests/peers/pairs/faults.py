"""What a client's SDK raises when the upstream fails, before its answer or in the
middle of it."""

import math

from cases import Different, same
from talk import WAIT, Ask, Broke
from upstreams.write import CUT

OPENAI = {
    **{400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError"},
    **{429: "RateLimitError", 500: "InternalServerError", 503: "InternalServerError", 529: "InternalServerError"},
}
GOOGLE = {status: "ClientError" if status < 500 else "ServerError" for status in OPENAI}
# The class by the status, where that decides.
CLASSES = {
    "openai-chat": OPENAI,
    "openai-responses": OPENAI,
    "anthropic-messages": {**OPENAI, 529: "OverloadedError"},
    "gemini-generate": GOOGLE,
    "cohere-chat": {
        **{400: "BadRequestError", 401: "UnauthorizedError", 403: "ForbiddenError", 404: "NotFoundError"},
        **{429: "TooManyRequestsError", 500: "InternalServerError", 503: "ServiceUnavailableError", 529: "ApiError"},
    },
}

# What the dialect calls it; Cohere's has no words.
CODES = {
    "bad": "invalid_request_error",
    "long": "context_length_exceeded",
    "blocked": "content_filter",
    "key": "invalid_api_key",
    "model": "model_not_found",
    "rate": "rate_limit_exceeded",
    "failed": "server_error",
    "busy": "server_error",
}
WORDS = {
    "openai-chat": CODES,
    "openai-responses": CODES,
    "anthropic-messages": {
        **dict.fromkeys(["bad", "long", "blocked"], "invalid_request_error"),
        "key": "authentication_error",
        "model": "not_found_error",
        "rate": "rate_limit_error",
        "failed": "api_error",
        "busy": "overloaded_error",
    },
    "gemini-generate": {
        **dict.fromkeys(["bad", "long"], "INVALID_ARGUMENT"),
        "key": "UNAUTHENTICATED",
        "model": "NOT_FOUND",
        "rate": "RESOURCE_EXHAUSTED",
        "failed": "INTERNAL",
        "busy": "UNAVAILABLE",
    },
    "bedrock-converse": {
        **dict.fromkeys(["bad", "long", "blocked"], "ValidationException"),
        "key": "UnrecognizedClientException",
        "model": "ResourceNotFoundException",
        "rate": "ThrottlingException",
        "failed": "InternalServerException",
        "busy": "ServiceUnavailableException",
    },
}


def fails(pair, fate, stream):
    """The upstream's status, but in the client's words."""
    fault = pair.upstream.FAULTS[fate]
    error, front, back = failing(pair, Ask(stream=stream, fate=fate))
    kind, _, other = fate.partition(", told as ")
    if pair.passed:
        same("the answer's bytes", front.answer, back.answer)
        # OpenAI has a code beside.
        kind = other if other and pair.dialect != "openai-responses" else kind
    status = 400 if fault.status == 200 else fault.status
    if pair.dialect == "anthropic-messages" and kind == "busy":
        status = 529
    told = pair.client.raised(error)
    same("status", (front.status, told.status), (status, status))
    same("word", told.word, WORDS.get(pair.dialect, {}).get(kind))
    if classes := CLASSES.get(pair.dialect):
        same("class", told.name, classes[status])
    else:
        # Boto makes a class of each exception of the service's own.
        same("class", told.name, "ClientError" if kind == "key" else told.word)
    if fault.message not in told.message:
        raise Different(f"the message {told.message!r} is without {fault.message!r}")
    same("seconds to wait", math.ceil(told.wait), WAIT if kind == "rate" else 0)


# Whose error in a stream is that they have too much to do.
BUSY = {"anthropic-messages", "gemini-generate"}


def breaks(pair, fate):
    """While nothing has been said there is still a status to tell it with; behind
    that no client may take what there is for whole."""
    error, front, back = failing(pair, Ask(stream=True, fate=fate))
    how, _, where = fate.partition(", ")
    if where == "at once":
        assert front.status >= 400, front.status
        told = pair.client.raised(error)
        error = told.message
        if pair.dialect == "bedrock-converse":
            same("class", told.name, told.word)
        if how == "an error" and pair.provider in BUSY:
            same("word", told.word, WORDS.get(pair.dialect, {}).get("busy"))
    else:
        same("status", front.status, 200)
        assert b"You a" in front.answer, front.answer
        own = {"cohere": "cohere", "boto3": "botocore", "google-genai": "google.genai"}
        package = own.get(pair.client.PACKAGE, pair.client.PACKAGE)
        if not isinstance(error, Broke) and not type(error).__module__.startswith(package):
            raise error
    if how not in CUT and pair.upstream.BROKEN not in str(error):
        raise Different(f"{error!r} is without {pair.upstream.BROKEN!r}")


def failing(pair, ask):
    pair.between.taken(), pair.behind.taken()
    pair.behind.fate = ask.fate
    try:
        said = pair.client.ask(pair.connection, pair.model, ask)
    except Exception as raised:
        error = raised
    else:
        raise Different(f"no error, but {said}")
    finally:
        pair.behind.fate = ""
    (front,), (back,) = pair.between.taken(), pair.behind.taken()
    if isinstance(back.seen, Exception):
        raise back.seen
    return error, front, back


def tests(pair):
    for fate, fault in pair.upstream.FAULTS.items():
        if pair.passed and fault.status == 200:
            continue
        for stream, how in [(False, "whole"), (True, "streamed")]:
            yield f"{fate}, {how}", lambda: fails(pair, fate, stream)
    for how in pair.upstream.BREAKS:
        for where in ["at once", "behind a text"]:
            yield f"breaks off with {how}, {where}", lambda: breaks(pair, f"{how}, {where}")
