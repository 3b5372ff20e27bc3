#!/usr/bin/env python3
"""Requests as botocore signs them, for a test that has no Python.

    sigv4_cases.py FILE            fails where FILE isn't what botocore makes of them
    sigv4_cases.py --write FILE    writes FILE

The file is host/runtime/src/egress/auth/aws/cases.json. Needs botocore.
"""

import datetime
import json
import sys
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AT = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"
ARN = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.claude-v1%3A0"
JSON = {"content-type": "application/json"}
STS = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=s"

# What differs from a plain request to Bedrock, by name.
REQUESTS = {
    "a model's colon": {"url": f"{HOST}/model/anthropic.claude-v1%3A0/converse"},
    "an ARN": {"url": f"{HOST}/model/{ARN}/converse-stream"},
    "a session token": {"token": "token/with+signs=="},
    "another port": {"url": "http://127.0.0.1:8080/model/m/invoke"},
    "a port that goes without saying": {"url": "https://bedrock.example:443/model/m/invoke"},
    "a body that is not ASCII": {"body": '{"text":"\u00e4\u20ac"}'},
    "headers with spaces": {"headers": {**JSON, "x-amzn-bedrock-trace": "  ENABLED   FULL "}},
    "a list of models": {
        "method": "GET",
        "url": "https://bedrock.us-east-1.amazonaws.com/foundation-models?byProvider=a%20b&byOutputModality=TEXT&a=",
        "headers": {},
        "body": "",
    },
    "another region": {"region": "eu-west-3"},
    "a form for STS": {
        "url": "https://sts.eu-west-3.amazonaws.com/",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "body": STS,
        "region": "eu-west-3",
        "service": "sts",
    },
}


def signed(case):
    request = AWSRequest(case["method"], case["url"], headers=case["headers"], data=case["body"].encode())
    credentials = Credentials(KEY, SECRET, case["token"])
    signer = auth.SigV4Auth(credentials, case["service"], case["region"])
    # botocore asks the time in a function of its own in newer versions.
    name = "get_current_datetime" if hasattr(auth, "get_current_datetime") else "datetime"
    frozen = mock.Mock(return_value=AT.replace(tzinfo=None))
    if name == "datetime":
        frozen = mock.Mock(wraps=datetime)
        frozen.datetime.utcnow.return_value = AT.replace(tzinfo=None)
        frozen.datetime.now.return_value = AT
    with mock.patch.object(auth, name, frozen):
        signer.add_auth(request)
    assert request.headers["X-Amz-Date"] == AT.strftime("%Y%m%dT%H%M%SZ"), "the clock isn't the test's"
    return request.headers["Authorization"]


def main():
    usual = {
        "method": "POST",
        "url": f"{HOST}/model/m/converse",
        "headers": JSON,
        "body": '{"messages":[]}',
        "token": None,
        "region": "us-east-1",
        "service": "bedrock",
    }
    cases = []
    for name, differs in REQUESTS.items():
        case = {"name": name, **usual, **differs}
        cases.append({**case, "authorization": signed(case)})
    document = {"key": KEY, "secret": SECRET, "at": int(AT.timestamp()), "cases": cases}
    text = json.dumps(document, indent=2, ensure_ascii=True) + "\n"
    *write, path = sys.argv[1:]
    if write == ["--write"]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with open(path, encoding="utf-8") as file:
        if json.load(file) != document:
            sys.exit(f"{path} isn't what botocore makes of these requests; write it anew with --write")
    print(f"{len(cases)} requests are signed as botocore signs them")


if __name__ == "__main__":
    main()
