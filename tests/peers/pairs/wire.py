"""HTTP on both sides of the gateway, with every byte kept: the pretended providers
behind it, and what stands between a client and it."""

import http.client
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Exchange:
    """A request and its answer, as they were."""

    path: str
    headers: dict
    body: bytes
    status: int = 0
    told: list = field(default_factory=list)
    answer: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)
    fate: str = ""

    def header(self, name):
        return next((value for other, value in self.told if other.lower() == name), None)

    @property
    def warnings(self):
        return [value for name, value in self.told if name.lower() == "x-jackfield-warning"]


class Place(ThreadingHTTPServer):
    """A server on a port of its own, in threads of its own."""

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.exchanges = []
        # What becomes of the requests that come now.
        self.fate = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def taken(self):
        """What was exchanged since the last time; clients may have had enough of an
        answer before all of it was sent."""
        taken, self.exchanges = self.exchanges, []
        for exchange in taken:
            exchange.over.wait(10)
        return taken

    def handle_error(self, *_):
        """Clients close their connections as they like; what they were told is
        looked at elsewhere."""


class Handler(BaseHTTPRequestHandler):
    """Hands a request to the place's `answer`, which gives a status, headers and
    the pieces of the body."""

    protocol_version = "HTTP/1.1"
    # Half a piece must not wait for the client's acknowledgement of the other.
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = Exchange(self.path, headers, body, fate=self.server.fate)
        # Known before the answer is: the client has it in hand when that is through.
        self.server.exchanges.append(exchange)
        try:
            self.reply(exchange)
        finally:
            exchange.over.set()

    def reply(self, exchange):
        exchange.status, exchange.told, pieces = self.server.answer(exchange)
        self.send_response_only(exchange.status)
        for name, value in exchange.told:
            self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            exchange.answer += piece
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


# Of one connection, not of what goes over it.
HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def between(gateway):
    """What passes everything on to the gateway, and keeps it."""
    host = urllib.parse.urlsplit(gateway).netloc

    def answer(exchange):
        connection = http.client.HTTPConnection(host)
        connection.putrequest("POST", exchange.path, skip_host=True, skip_accept_encoding=True)
        for name, value in exchange.headers.items():
            if name not in HOPS:
                connection.putheader(name, value)
        connection.putheader("content-length", str(len(exchange.body)))
        connection.endheaders(exchange.body)
        response = connection.getresponse()
        told = [(name, value) for name, value in response.getheaders() if name.lower() not in HOPS]
        return response.status, told, iter(lambda: response.read1(65536), b"")

    return Place(answer)
