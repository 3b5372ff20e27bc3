"""Models' own bodies on Bedrock, read as AWS documents them. boto3 doesn't.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

ADDED = "amazon-bedrock-"
# Converse's names for what the headers of an answer count.
COUNTS = {
    "inputTokens": "input",
    "outputTokens": "output",
    "cacheReadInputTokens": "cache-read-input",
    "cacheWriteInputTokens": "cache-write-input",
}


def embeds(model):
    return "embed" in model


def is_converse(model):
    """Whether the body is Converse's: Nova's is."""
    return "amazon.nova" in model


def counted(headers):
    """The counts in the headers of an answer, by Converse's names."""
    found = {
        name: headers.get(f"x-amzn-bedrock-{header}-token-count")
        for name, header in COUNTS.items()
    }
    return {name: int(count) for name, count in found.items() if count is not None}


def events(chunk):
    """The events of ConverseStream in a chunk."""
    return [{name: event} for name, event in chunk.items() if not name.startswith(ADDED)]


def intervened(chunk):
    return chunk.get(f"{ADDED}guardrailAction") == "INTERVENED"


def read(body):
    """(text, reason for the end, counts) of an answer or of a chunk of one."""
    if "results" in body:  # Titan, whole
        (result,) = body["results"]
        counts = {
            "inputTokens": body["inputTextTokenCount"],
            "outputTokens": result["tokenCount"],
        }
        told = result["outputText"], result["completionReason"], counts
    elif "outputText" in body:  # Titan, a chunk
        counts = {
            "inputTokens": body["inputTextTokenCount"],
            "outputTokens": body["totalOutputTextTokenCount"],
        }
        told = body["outputText"], body["completionReason"], counts
    elif "generation" in body:  # Llama
        counts = {
            "inputTokens": body["prompt_token_count"],
            "outputTokens": body["generation_token_count"],
        }
        told = body["generation"], body["stop_reason"], counts
    elif "outputs" in body:  # Mistral
        (output,) = body["outputs"]
        told = output["text"], output["stop_reason"], {}
    elif "completions" in body:  # Jurassic
        (completion,) = body["completions"]
        told = completion["data"]["text"], completion["finishReason"]["reason"], {}
    elif body.get("object") == "text_completion":  # a server of SageMaker's
        (choice,) = body["choices"]
        usage = body.get("usage", {})
        counts = {
            "inputTokens": usage.get("prompt_tokens"),
            "outputTokens": usage.get("completion_tokens"),
        }
        told = choice["text"], choice["finish_reason"], counts
    else:
        raise AssertionError(f"nothing reads a body with {sorted(body)}")
    metrics = body.get(f"{ADDED}invocationMetrics", {})
    measured = {
        "inputTokens": metrics.get("inputTokenCount"),
        "outputTokens": metrics.get("outputTokenCount"),
    }
    text, end, counts = told
    return text, end, counts | {name: count for name, count in measured.items() if count}


def vectors(body):
    """The vectors of Titan, of Nova, of Cohere's third and fourth version."""
    if "embedding" in body:
        return [body["embedding"]]
    found = body["embeddings"]
    if isinstance(found, dict):
        return found["float"]
    return [one["embedding"] if isinstance(one, dict) else one for one in found]
