"""The log tells of every request, and nothing that a caller said."""

from __future__ import annotations

import errno
import io
import json
import logging
import logging.config
import uuid
from pathlib import Path

import httpx
import pytest

from gql_tickets.auth import DEMO_KEY, new_key
from gql_tickets.observability.logs import (
    SELDOM_SECONDS,
    Format,
    Seldom,
    format_for,
    log_config,
    request_log,
)
from gql_tickets.observability.requests import Noted, current
from gql_tickets.store.postgres import PoolTrouble
from tests.servers import running

MARK = "Zanzibar"
"""Stands in everything that a caller says below, and so may stand nowhere in the log."""

CREATE = f"mutation Create($input: TicketCreateInput!) {{ ticketCreate(input: $input) {{ ticket {{ slug title }} userErrors {{ message }} }} }} # {MARK}"
REST = "/api/v1/ext/orgs/my-org/tickets"
FIELDS = {"time", "level", "event", "request_id", "method", "route", "status", "ms", "sql"}
FORMATS: tuple[Format, ...] = ("json", "line")
OPTIONAL = {"org", "key_id", "operation", "cost", "code"}


def talk(http: httpx.Client, stranger: str) -> list[str]:
    """Ask both doors, well and badly. Returns the ids of the requests."""
    variables = {"input": {"title": f"{MARK} in GraphQL"}}
    gql = "/graphql"
    long = {"title": MARK * 100}
    requests = [
        http.build_request("POST", REST, json={"title": f"{MARK} in REST", "labels": [MARK]}),
        http.build_request("POST", REST, json=long),
        http.build_request("GET", REST, params={"labels": MARK, MARK: "1"}),
        http.build_request("GET", f"{REST}/{MARK}-1"),
        http.build_request("GET", f"/api/v1/ext/orgs/{MARK}/tickets"),
        http.build_request("GET", f"/{MARK}"),
        http.build_request("POST", REST, content=b"{" + MARK.encode()),
        http.build_request("GET", REST, headers={"X-API-Key": stranger}),
        http.build_request("GET", REST, headers={"Authorization": f"Basic {MARK}"}),
        http.build_request("POST", gql, json={"query": CREATE, "variables": variables}),
        http.build_request("POST", gql, json={"query": CREATE, "variables": {"input": long}}),
        http.build_request("POST", gql, json={"query": CREATE, "variables": {"input": MARK}}),
        http.build_request("POST", gql, json={"query": f"{{ {MARK} }}"}),
        http.build_request("POST", gql, json={"query": "{ viewer {", "operationName": f"{MARK}!"}),
        http.build_request(
            "GET", gql, params={"query": f'{{ ticket(ref: {{slug: "{MARK}"}}) {{ id }} }}'}
        ),
        http.build_request(
            "POST", gql, json={"query": "{ __typename }"}, headers={"X-API-Key": stranger}
        ),
        http.build_request("POST", gql, content=b"\xff" + MARK.encode()),
    ]
    ids = []
    for request in requests:
        name = request.headers["X-Request-Id"] = uuid.uuid4().hex
        ids.append(name)
        assert http.send(request).status_code < 500
    return ids


@pytest.mark.parametrize(
    ("form", "level"), [("json", "info"), ("json", "debug"), ("line", "debug")]
)
def test_a_record_of_every_request_holds_nothing_that_a_caller_said(
    database: str, tmp_path: Path, form: str, level: str
) -> None:
    stranger = new_key()
    settings = {"log_format": form, "log_level": level, "slow_operation_ms": 0}
    with running(tmp_path, database, "--demo", **settings) as server:
        headers = {"X-API-Key": DEMO_KEY}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as http:
            ids = talk(http, stranger)
        assert server.stop() in {0, -15}
        log = server.log()
    assert MARK not in log
    assert DEMO_KEY not in log
    assert stranger not in log
    assert all(log.count(id) >= 1 for id in ids)
    if form == "json":
        records = [record for record in server.records("request") if record["request_id"] in ids]
        assert [record["request_id"] for record in records] == ids
        for record in records:
            assert set(record) >= FIELDS
            assert set(record) <= FIELDS | OPTIONAL


def test_a_record_says_who_asked_what_and_what_it_took(database: str, tmp_path: Path) -> None:
    query = "query Two { board { columns { status } } viewer { organization { slug } } }"
    with running(tmp_path, database, "--demo", log_format="json") as server:
        headers = {"X-API-Key": DEMO_KEY}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as http:
            http.get(f"{REST}/AM-42")
            http.get(f"{REST}/AM-42")
            http.post("/graphql", json={"query": query})
            http.get(f"{REST}/AM-99999")
            http.get(REST, headers={"X-API-Key": "wrong"})
        server.stop()
        first, second, both, missing, refused = server.records("request")[-5:]
    assert first["route"] == "/api/v1/ext/orgs/{org}/tickets/{slug}"
    assert (first["method"], first["status"], first["org"]) == ("GET", 200, "my-org")
    assert len(first["key_id"]) == 16
    # The key was looked up once; after that it is trusted for a while.
    assert (first["sql"], second["sql"]) == (2, 1)
    assert 0 < second["ms"] < 5_000
    assert (both["route"], both["operation"]) == ("/graphql", "Two")
    assert both["sql"] >= 1
    assert (missing["status"], missing["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert (refused["status"], refused["code"], refused["sql"]) == (401, "INVALID_TOKEN", 0)
    assert "org" not in refused


def test_a_slow_request_is_a_warning_even_without_an_access_log(
    database: str, tmp_path: Path
) -> None:
    settings = {"log_format": "json", "access_log": False, "slow_operation_ms": 0.001}
    with running(tmp_path, database, **settings) as server:
        httpx.get(f"{server.url}/healthz", timeout=30)
        server.stop()
        slow = server.records("slow request")
        assert {record["level"] for record in slow} == {"warning"}
        assert slow[-1]["route"] == "/healthz"
        assert server.records("request") == []


def test_without_an_access_log_an_ordinary_request_leaves_no_trace(
    database: str, tmp_path: Path
) -> None:
    with running(tmp_path, database, log_format="json", access_log=False) as server:
        httpx.get(f"{server.url}/healthz", timeout=30)
        server.stop()
        assert "/healthz" not in server.log()


def test_a_failure_is_one_record_with_its_traceback_and_without_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = new_key()
    for form in FORMATS:
        config = log_config("info", form)
        logger = logging.getLogger(f"tests.{form}")
        logger.propagate = False
        config["loggers"] = {logger.name: {"handlers": ["stderr"], "level": "INFO"}}
        del config["root"]
        logging.config.dictConfig(config)
        token = current.set(Noted("r-1"))
        try:
            int(f"what is {secret}?")
        except ValueError:
            logger.exception("It failed with %s.", secret)
        finally:
            current.reset(token)
        logger.handlers.clear()
        written = capsys.readouterr().err
        assert secret not in written
        assert "amk_***" in written
        assert "ValueError" in written
        assert "r-1" in written
        if form == "json":
            record = json.loads(written)
            assert record["event"] == "It failed with amk_***."
            assert (record["level"], record["logger"]) == ("error", "tests.json")
            assert "Traceback" in record["exception"]


def test_a_request_id_or_an_operation_that_is_a_key_is_masked() -> None:
    secret = new_key()
    for form in FORMATS:
        file = io.BytesIO()
        request_log("info", form, file).info("request", request_id=secret, operation=secret)
        assert secret.encode() not in file.getvalue()
        assert file.getvalue().count(b"amk_***") == 2


def test_what_is_less_severe_is_not_written() -> None:
    file = io.BytesIO()
    log = request_log("warning", "json", file)
    log.info("request", request_id="r-1")
    assert file.getvalue() == b""
    log.warning("slow request", request_id="r-1")
    assert json.loads(file.getvalue())["event"] == "slow request"


def test_a_machine_gets_json_unless_it_asks_otherwise() -> None:
    assert format_for(None) == "json"
    assert format_for("line") == "line"


def test_an_outage_is_a_line_and_not_each_second() -> None:
    def said(message: str, error: Exception | None = None) -> logging.LogRecord:
        exc_info = (type(error), error, None) if error else None
        return logging.makeLogRecord({"msg": message, "exc_info": exc_info})

    trouble = PoolTrouble()
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "refused, with a password hunter2")
    records = [said("Failed to restore the pool; retrying", refused) for _ in range(3)]
    records += [said("something else"), said("a fault", ZeroDivisionError())]
    written = [record for record in records if trouble.filter(record)]
    assert [record.getMessage() for record in written] == [
        "The database cannot be reached: nothing listens there (is it running?).",
        "something else",
        "a fault",
    ]
    assert [record.exc_info is None for record in written] == [True, True, False]
    assert any(isinstance(each, PoolTrouble) for each in logging.getLogger("asyncpg.pool").filters)


def test_what_is_said_seldom_is_said_again_later() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)
    record = logging.makeLogRecord({"msg": "away"})
    assert seldom.filter(record)
    now = SELDOM_SECONDS - 0.1
    assert not seldom.filter(record)
    assert seldom.filter(logging.makeLogRecord({"msg": "another"}))
    now = SELDOM_SECONDS + 0.1
    assert seldom.filter(record)
