"""Answers as bytes on a connection: each whole, in one write where it can be, in whatever way it was asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlsplit

import pytest

from gql_tickets.auth import DEMO_KEY
from tests.servers import Server, running

TICKET = "/api/v1/ext/orgs/my-org/tickets/AM-42"
BYTES_MAX = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo in a process of its own."""
    folder = tmp_path_factory.mktemp("answers")
    url = f"sqlite+aiosqlite:///{folder}/tickets.sqlite3"
    with running(folder, url, "--demo", rate_limit_points=0) as server:
        yield server


@pytest.fixture
def connection(server: Server) -> Iterator[socket.socket]:
    """A connection to it."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 30) as connection:
        yield connection


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """A request with the demo's key."""
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"X-API-Key: {DEMO_KEY}", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer(stream: IO[bytes], *, has_body: bool = True) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """The next answer: its status line, its headers, and as much of a body as they announce."""
    status = stream.readline().strip()
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.partition(b": ")
        headers[name.lower()] = value
    length = int(headers.get(b"content-length", b"0")) if has_body else 0
    return status, headers, stream.read(length)


def test_an_answer_is_one_write(connection: socket.socket, server: Server) -> None:
    for path in (TICKET, "/healthz", "/no/such/path"):
        connection.sendall(request("GET", path))
        whole = connection.recv(BYTES_MAX)
        head, end, body = whole.partition(b"\r\n\r\n")
        assert end, path
        assert f"content-length: {len(body)}".encode() in head.lower(), path
    assert "Traceback" not in server.log()


def test_answers_follow_one_another_in_the_order_asked(connection: socket.socket) -> None:
    create = b'{"title": "Pipelined"}'
    connection.sendall(
        request("GET", TICKET)
        + request("HEAD", TICKET)
        + request("POST", TICKET.rpartition("/")[0], body=create)
        + request("GET", TICKET, "If-None-Match: *")
        + request("GET", "/healthz", "Connection: close")
    )
    with connection.makefile("rb") as stream:
        status, headers, body = answer(stream)
        assert (status, body[:11]) == (b"HTTP/1.1 200 OK", b'{"ticket":{')
        status, of_head, _ = answer(stream, has_body=False)
        assert (status, of_head[b"content-length"]) == (
            b"HTTP/1.1 200 OK",
            headers[b"content-length"],
        )
        assert answer(stream)[0] == b"HTTP/1.1 201 Created"
        status, _, body = answer(stream)
        assert (status, body) == (b"HTTP/1.1 304 Not Modified", b"")
        status, headers, body = answer(stream)
        assert (headers[b"connection"], body) == (b"close", b'{"status":"ok"}')
        assert stream.read() == b""


def test_a_client_that_asks_whether_to_go_on_is_told_before_the_answer(
    connection: socket.socket,
) -> None:
    body = b'{"query": "{ __typename }"}'
    whole = request("POST", "/graphql", "Expect: 100-continue", body=body)
    connection.sendall(whole[: -len(body)])
    with connection.makefile("rb") as stream:
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert stream.readline() == b"\r\n"
        connection.sendall(body)
        assert answer(stream)[2] == b'{"data":{"__typename":"Query"}}'


def test_a_stream_begins_at_once(connection: socket.socket) -> None:
    body = b'{"query": "subscription { ticketChanged { slug } }"}'
    connection.sendall(request("POST", "/graphql", "Accept: text/event-stream", body=body))
    with connection.makefile("rb") as stream:
        status, headers, _ = answer(stream, has_body=False)
        assert (status, headers[b"transfer-encoding"]) == (b"HTTP/1.1 200 OK", b"chunked")
        assert stream.readline() + stream.readline() == b"3\r\n:\n"
