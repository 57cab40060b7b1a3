"""`orgs` and `keys`: from nothing to a key that the server takes."""

from __future__ import annotations

import datetime as dt

import pytest
import typer

from gql_tickets.auth import looks_like_key
from gql_tickets.cli.keys import read_expiry
from tests.cli.conftest import Run, runner


def make_key(gql_tickets: Run, *extra: str) -> str:
    """A key of acme; returns its secret."""
    made = gql_tickets(
        "keys", "create", "--org", "acme", "--name", "ci", "--scope", "tickets:read", *extra
    )
    assert made.code == 0, made.err
    return made.out.splitlines()[-1]


@pytest.fixture
def acme(gql_tickets: Run) -> None:
    """The organization acme."""
    assert gql_tickets("orgs", "create", "acme").code == 0


def test_organizations_are_created_and_listed(gql_tickets: Run) -> None:
    assert gql_tickets("orgs", "list").out == "slug\tname\tprefix\tcreated\n"
    created = gql_tickets("orgs", "create", "acme", "--name", "Acme Ltd.", "--prefix", "AC")
    assert (created.code, created.err) == (0, "")
    assert "AC-1" in created.out
    assert gql_tickets("orgs", "create", "beta").code == 0
    rows = [line.split("\t") for line in gql_tickets("orgs", "list").out.splitlines()[1:]]
    assert [row[:3] for row in rows] == [["acme", "Acme Ltd.", "AC"], ["beta", "beta", "AM"]]


@pytest.mark.usefixtures("acme")
def test_a_slug_that_is_taken_is_one_line_and_exit_code_1(gql_tickets: Run) -> None:
    again = gql_tickets("orgs", "create", "acme")
    assert again.code == 1
    assert again.out == ""
    assert again.err.startswith("gql-tickets: ")
    assert len(again.err.splitlines()) == 1


@pytest.mark.usefixtures("acme")
def test_the_key_stands_alone_on_the_last_line_of_stdout(gql_tickets: Run) -> None:
    secret = make_key(gql_tickets, "--scope", "tickets:write")
    assert looks_like_key(secret)


@pytest.mark.usefixtures("acme")
def test_a_key_is_listed_without_its_secret_and_revoked_by_its_id(gql_tickets: Run) -> None:
    secret = make_key(gql_tickets, "--expires", "2999-01-31")
    listed = gql_tickets("keys", "list")
    assert secret not in listed.out + listed.err
    org, id, name, prefix, scopes, _, expires, revoked, used = listed.out.splitlines()[1].split(
        "\t"
    )
    assert (org, name, scopes, expires) == ("acme", "ci", "tickets:read", "2999-02-01T00:00:00Z")
    assert secret.startswith(prefix.rstrip("…"))
    assert (revoked, used) == ("", "")
    assert gql_tickets("keys", "revoke", id[:5]).code == 1
    assert gql_tickets("keys", "revoke", id[:6]).code == 0
    listed = gql_tickets("keys", "list", "--org", "acme")
    assert listed.out.splitlines()[1].split("\t")[7] != ""


@pytest.mark.usefixtures("acme")
def test_the_beginning_of_several_ids_revokes_none(
    gql_tickets: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gql_tickets.cli.keys.PREFIX_LENGTH_MIN", 0)
    make_key(gql_tickets)
    make_key(gql_tickets)
    refused = gql_tickets("keys", "revoke", "")
    assert (refused.code, "2 keys" in refused.err) == (1, True)


@pytest.mark.usefixtures("acme")
def test_a_key_can_speak_for_a_user(gql_tickets: Run) -> None:
    refused = gql_tickets("keys", "create", "--name", "x", "--scope", "tickets:read", "--user", "7")
    assert refused.code == 1
    assert gql_tickets("users", "add", "7", "--name", "Grace").code == 0
    make_key(gql_tickets, "--user", "7")


@pytest.mark.usefixtures("acme")
def test_a_key_that_is_not_there_cannot_be_revoked(gql_tickets: Run) -> None:
    missing = gql_tickets("keys", "revoke", "nosuchkey")
    assert missing.code == 1
    assert "nosuchkey" in missing.err


def test_an_organization_is_asked_for_unless_there_is_just_one(gql_tickets: Run) -> None:
    none = gql_tickets("users", "add", "1")
    assert (none.code, "orgs create" in none.err) == (1, True)
    gql_tickets("orgs", "create", "acme")
    assert gql_tickets("users", "add", "1").code == 0
    gql_tickets("orgs", "create", "beta")
    several = gql_tickets("users", "add", "1")
    assert (several.code, "--org" in several.err) == (1, True)
    unknown = gql_tickets("users", "add", "1", "--org", "gamma")
    assert (unknown.code, "gamma" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "create", "--name", "x"),
        ("keys", "create", "--name", "x", "--scope", "everything"),
        ("keys", "create", "--name", "x", "--scope", "tickets:read", "--expires", "tomorrow"),
        ("users", "add"),
        ("users", "add", "0"),
        ("users", "add", "2147483648"),
        ("serve", "--port", "65536"),
        ("serve", "--workers", "0"),
        ("frobnicate",),
    ],
    ids=" ".join,
)
def test_a_wrong_usage_is_exit_code_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    from_shell = runner(capsys)(*arguments)
    assert from_shell.code == 2
    assert from_shell.out == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-31", dt.datetime(2027, 2, 1, tzinfo=dt.UTC)),
        ("2027-01-31T18:00:00Z", dt.datetime(2027, 1, 31, 18, tzinfo=dt.UTC)),
        ("2027-01-31t18:00:00.5z", dt.datetime(2027, 1, 31, 18, 0, 0, 500_000, dt.UTC)),
        ("2027-01-31T18:00:00+02:00", dt.datetime(2027, 1, 31, 16, tzinfo=dt.UTC)),
    ],
)
def test_an_expiry_is_the_end_of_a_day_or_a_moment(text: str, expected: dt.datetime) -> None:
    assert read_expiry(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027",
        "2027-02-30",
        "20270131",
        "2027-01-31T18:00:00",
        "9999-12-31",
        "31.1.2027",
        "٢٠٢٧-01-31",
    ],
)
def test_any_other_expiry_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        read_expiry(text)
