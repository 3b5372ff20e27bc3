"""HTTP clients for the SDKs that answer any request with one recorded response."""

import io

import boto3
import botocore.awsrequest
import botocore.config
import urllib3


class Skip(Exception):
    """The exchange is of a kind that no SDK call here covers."""


class Answer:
    """A recorded response."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


def transport(library, answer):
    """A transport for the clients of httpx or of its fork httpx2."""

    def play(request):
        return library.Response(
            answer.status, headers=answer.headers, content=answer.body, request=request
        )

    return library.MockTransport(play)


def http_client(library, answer):
    """A client of httpx or of its fork; a context manager."""
    return library.Client(transport=transport(library, answer))


class AwsClient:
    """boto3's client of bedrock-runtime, which is built once: that takes long."""

    shared = None

    def __init__(self, answer):
        if AwsClient.shared is None:
            AwsClient.shared = boto3.client(
                "bedrock-runtime",
                region_name="us-east-1",
                aws_access_key_id="unused",
                aws_secret_access_key="unused",
                config=botocore.config.Config(retries={"total_max_attempts": 1}),
            )
        self.answer = answer

    def __enter__(self):
        self.shared.meta.events.register("before-send", self.play)
        return self.shared

    def __exit__(self, *_):
        self.shared.meta.events.unregister("before-send", self.play)

    def play(self, request, **_):
        raw = urllib3.HTTPResponse(
            io.BytesIO(self.answer.body),
            headers=self.answer.headers,
            status=self.answer.status,
            preload_content=False,
        )
        return botocore.awsrequest.AWSResponse(
            request.url, self.answer.status, raw.headers, raw
        )
