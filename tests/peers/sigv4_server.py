#!/usr/bin/env python3
"""Answers like a service of AWS's that checks signatures and does nothing else.

    sigv4_server.py

Says on a line where it listens. What a request should have been signed as is
made anew by botocore, from the request as it came. Two keys are known: a
permanent one, and a temporary one that needs its session token. Needs botocore.
"""

import datetime
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICE = "bedrock"
KEYS = {
    "AKIDPERMANENT": ("permanent/secret+0123456789", None),
    "ASIATEMPORARY": ("temporary/secret+0123456789", "temporary/token+of=the/session"),
}


def fault(method, path, headers, body):
    """What is wrong with a request: AWS's name for it, and words; or nothing."""
    algorithm, _, rest = headers.get("authorization", "").partition(" ")
    if algorithm != "AWS4-HMAC-SHA256":
        return "MissingAuthenticationTokenException", "not signed"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key, day, region, service, _ = parts["Credential"].split("/")
    signed = parts["SignedHeaders"].split(";")
    if key not in KEYS:
        return "UnrecognizedClientException", "the key is unknown"
    secret, token = KEYS[key]
    if headers.get("x-amz-security-token") != token:
        return "UnrecognizedClientException", "the session token is missing or another"
    if service != SERVICE:
        return "InvalidSignatureException", f"signed for {service}, not for {SERVICE}"
    needed = ["host", "x-amz-date"] + (["x-amz-security-token"] if token else [])
    missing = [name for name in needed if name not in signed]
    if missing:
        return "InvalidSignatureException", f"not signed: {missing}"
    at = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    apart = abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds())
    if apart > 300 or day != headers["x-amz-date"][:8]:
        return "InvalidSignatureException", "signed for another time"
    request = AWSRequest(
        method,
        f"http://{headers['host']}{path}",
        headers={name: headers[name] for name in signed},
        data=body,
    )
    request.context["timestamp"] = headers["x-amz-date"]
    auth = SigV4Auth(Credentials(key, secret, token), service, region)
    canonical = auth.canonical_request(request)
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    return None if expected == parts["Signature"] else ("InvalidSignatureException", "another signature")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        found = fault(self.command, self.path, headers, body)
        answer = {"message": found[1]} if found else {"signed": headers["authorization"].split("/")[0].split("=")[1]}
        text = json.dumps(answer).encode()
        self.send_response(403 if found else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        if found:
            self.send_header("x-amzn-errortype", found[0])
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
