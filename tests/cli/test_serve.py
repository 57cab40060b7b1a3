"""`serve`, run for real: what it prints is where it answers, and what is missing is one line."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY
from gql_tickets.cli.running import shown
from gql_tickets.cli.server import listen, welcome
from gql_tickets.settings import Settings
from tests.cli.conftest import runner

START_SECONDS = 30

Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start `gql-tickets serve` in an empty folder, on a free port."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gql_tickets", "serve", "--port", "0", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=START_SECONDS)


def greeting(process: subprocess.Popen[str]) -> str:
    """What the server prints until it says where health is, and the demo's curl line."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("curl") or (line.startswith("Health") and "--demo" not in process.args):  # type: ignore[operator]
            return "".join(lines)
    raise AssertionError(process.stderr.read() if process.stderr else "no output")


def paste(line: str) -> httpx.Response:
    """Do what curl would."""
    words = shlex.split(line)
    headers = [words[at + 1] for at, word in enumerate(words) if word == "-H"]
    [url] = [word for word in words if word.startswith("http")]
    return httpx.request(
        words[words.index("-X") + 1],
        url,
        headers=dict(header.split(": ", 1) for header in headers),
        timeout=START_SECONDS,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_demo_answers_the_documents_curl_line_as_printed(serve: Serve, workers: str) -> None:
    process = serve("--demo", "--workers", workers)
    text = greeting(process)
    answer = paste(text.splitlines()[-1])
    assert answer.status_code == 200
    assert answer.json()["total"] == 156
    for url in re.findall(r"http://\S+?/(?:healthz|readyz)", text):
        assert httpx.get(url, timeout=START_SECONDS).status_code == 200
    [graphiql] = re.findall(r"http://\S+/graphql", text)
    page = httpx.get(graphiql, headers={"Accept": "text/html"}, timeout=START_SECONDS)
    assert page.headers["content-type"].startswith("text/html")
    typo = httpx.post(graphiql, json={"query": "{ viewr { scopes } }"}, timeout=START_SECONDS)
    assert "Did you mean" in typo.text


def test_the_demo_fills_either_kind_of_database_and_may_be_served_again(
    serve: Serve, database: str
) -> None:
    for is_again in (False, True):
        process = serve("--demo", "--database-url", database)
        text = greeting(process)
        assert f"Database  {shown(database)}" in text
        assert ("goes on with its demo" in text) is is_again
        assert paste(text.splitlines()[-1]).json()["total"] == 156
        process.terminate()
        process.communicate(timeout=START_SECONDS)


def test_a_plain_start_makes_a_migrated_file_in_the_current_folder(
    serve: Serve, tmp_path: Path
) -> None:
    text = greeting(serve())
    assert (tmp_path / "gql-tickets.sqlite3").exists()
    [ready] = re.findall(r"http://\S+/readyz", text)
    assert httpx.get(ready, timeout=START_SECONDS).json() == {"status": "ready"}
    refused = httpx.get(
        f"{ready.removesuffix('/readyz')}/api/v1/ext/orgs/my-org/tickets",
        headers={"X-API-Key": DEMO_KEY},
        timeout=START_SECONDS,
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "INVALID_TOKEN")


def test_a_termination_ends_it_without_a_traceback(serve: Serve) -> None:
    process = serve()
    text = greeting(process)
    [health] = re.findall(r"http://\S+/healthz", text)
    assert httpx.get(health, timeout=START_SECONDS).status_code == 200
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=START_SECONDS)
    assert process.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in err


Refusal = Callable[..., str]


@pytest.fixture
def refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refusal:
    """The one line of a server that does not start."""
    monkeypatch.chdir(tmp_path)

    def refused(*arguments: str) -> str:
        outcome = runner(capsys)("serve", "--port", "0", *arguments)
        assert outcome.code == 1
        assert outcome.out == ""
        [line] = outcome.err.splitlines()
        return line

    return refused


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite+aiosqlite:///missing/tickets.sqlite3", "folder"),
        ("sqlite+aiosqlite:///.", "folder"),
        ("sqlite+aiosqlite://", "file"),
        ("mysql://tickets:hunter2@db/tickets", "postgresql+asyncpg://"),
        ("tickets", "URL"),
        ("postgresql+asyncpg://me:hunter2@127.0.0.1:1/tickets", "127.0.0.1:1"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_line(
    refusal: Refusal, url: str, says: str
) -> None:
    line = refusal("--database-url", url)
    assert says in line
    assert "hunter2" not in line


def test_a_file_that_is_no_database_is_one_line(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    assert "notes.txt" in refusal("--database-url", "sqlite+aiosqlite:///notes.txt")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GQL_TICKETS_LOG_LEVEL", "loud", "GQL_TICKETS_LOG_LEVEL"),
        (
            "GQL_TICKETS_CORS_ORIGINS",
            "https://x.example,board",
            "GQL_TICKETS_CORS_ORIGINS: 'board'",
        ),
        ("GQL_TICKETS_CORS_ORIGINS", "https://x.example/app", "https://x.example/app"),
        ("GQL_TICKETS_CORS_ORIGINS", '["https://x.example"', "JSON list"),
        ("GQL_TICKETS_MOUNTS", '["nosuch:part"]', "nosuch:part"),
        ("GQL_TICKETS_TRUSTED_DOCUMENTS", "nosuch.json", "nosuch.json"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    assert says in refusal()


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("*", ("*",)),
        ("https://a.example, https://B.example/", ("https://a.example", "https://b.example")),
        ('["https://a.example:8443"]', ("https://a.example:8443",)),
        ("", ()),
    ],
)
def test_a_list_is_json_or_has_commas(
    monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GQL_TICKETS_CORS_ORIGINS", text)
    assert Settings().cors_origins == origins


def test_a_variable_that_is_misspelt_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GQL_TICKETS_LOG_LEVLE", "debug")
    refused = runner(capsys)("serve", "--port", "0", "--database-url", "nonsense")
    first, *_ = refused.err.splitlines()
    assert "GQL_TICKETS_LOG_LEVLE" in first
    assert "GQL_TICKETS_LOG_LEVEL?" in first


def test_a_port_that_is_taken_is_one_line(refusal: Refusal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refusal("--port", str(port))


def test_an_address_that_is_not_ours_is_one_line(refusal: Refusal) -> None:
    assert "192.0.2.1" in refusal("--host", "192.0.2.1")


def test_the_greeting_names_the_real_host_and_port() -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    plain = welcome(Settings(), f"http://127.0.0.1:{port}", demo=False)
    assert f"http://127.0.0.1:{port}/graphql" in plain
    assert "curl" not in plain
    bare = welcome(Settings(mounts=(), graphiql=False), "http://h:1", demo=True)
    assert "REST" not in bare
    assert "GraphiQL" not in bare
    assert "curl" not in bare
