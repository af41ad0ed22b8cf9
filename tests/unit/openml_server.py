"""A server on this machine that speaks as much of OpenML's interface as loading data set 40996 asks for.

It answers the description (REST) and the ARFF and Parquet files (plain downloads), and can be told to answer each of
them badly.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<oml:data_set_description xmlns:oml="http://openml.org/openml">
  <oml:id>40996</oml:id>
  <oml:name>Fashion-MNIST</oml:name>
  <oml:version>1</oml:version>
  <oml:description>Images of clothes</oml:description>
  <oml:format>ARFF</oml:format>
  <oml:licence>Public</oml:licence>
  <oml:url>{base}/data/v1/download/18238735/Fashion-MNIST.arff</oml:url>
  {parquet}
  <oml:file_id>18238735</oml:file_id>
  <oml:default_target_attribute>class</oml:default_target_attribute>
  <oml:visibility>public</oml:visibility>
  <oml:status>active</oml:status>
</oml:data_set_description>
"""
PATHS = {
    "/api/v1/xml/data/40996": "description",
    "/data/v1/download/18238735/Fashion-MNIST.arff": "arff",
    "/datasets/0004/40996/dataset_40996.pq": "parquet",
}
PATH_OF = {name: path for path, name in PATHS.items()}

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def well(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer with `body`, as OpenML does."""
    _head(handler, 200, len(body))
    handler.wfile.write(body)


def status(code: int, body: bytes = b"<html>no</html>") -> Answer:
    """Return an answer of this HTTP status."""

    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        _head(handler, code, len(body))
        handler.wfile.write(body)

    return answer


def instead(other: bytes) -> Answer:
    """Return an answer that delivers `other` in place of what was asked for."""
    return lambda handler, _: well(handler, other)


def cut(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Promise the whole body, send half of it, and close the connection."""
    _head(handler, 200, len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def slowly(pieces: int, pause: float) -> Answer:
    """Return an answer that sends the body in `pieces`, with `pause` seconds before each."""

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        _head(handler, 200, len(body))
        size = -(-len(body) // pieces)
        for start in range(0, len(body), size):
            time.sleep(pause)
            handler.wfile.write(body[start : start + size])

    return answer


def stall(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send the first half of the body, then nothing until the server closes."""
    _head(handler, 200, len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.server.closing.wait()  # type: ignore[attr-defined]


def _head(handler: BaseHTTPRequestHandler, code: int, length: int) -> None:
    handler.send_response(code)
    handler.send_header("Content-Length", str(length))
    handler.send_header("Content-Type", "text/plain; charset=utf-8")
    handler.send_header("ETag", '"0123456789abcdef"')
    handler.send_header("Last-Modified", "Tue, 29 Aug 2017 12:00:00 GMT")
    handler.end_headers()


class OpenMLServer(ThreadingHTTPServer):
    """Serves `parquet` (no mention of it when None) and `arff` as data set 40996 while used in a `with` block.

    `answers` maps "description", "parquet" and "arff" to what is done in place of `well`; `requests` lists what was
    asked for; `url` is what the client calls its server. With `certificate`, a PEM file of certificate and key, it
    speaks HTTPS.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        parquet: bytes | None = None,
        arff: bytes | None = None,
        answers: dict[str, Answer] | None = None,
        certificate: str | None = None,
    ):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{self.base}/api/v1/xml"
        link = f"<oml:parquet_url>{self.base}/datasets/0004/40996/dataset_40996.pq</oml:parquet_url>"
        description = DESCRIPTION.format(base=self.base, parquet="" if parquet is None else link)
        self.files = {"description": description.encode(), "parquet": parquet, "arff": arff}
        self.answers = answers or {}
        self.requests: list[str] = []
        self.closing = threading.Event()

    def __enter__(self) -> OpenMLServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: OpenMLServer

    def do_GET(self) -> None:
        name = PATHS.get(self.path.split("?")[0])
        body = self.server.files[name] if name else None
        self.server.requests.append(name or self.path)
        if name is None or body is None:
            status(404)(self, b"")
        else:
            self.server.answers.get(name, well)(self, body)

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""
