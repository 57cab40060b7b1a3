"""Node ids and slugs: what is written is read again, and nothing else is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.ids import (
    INT32_MAX,
    Kind,
    local_id,
    local_number,
    node_id,
    number,
    read_node_id,
    read_slug,
)


def encoded(plain: str) -> str:
    """Text as node ids are written, whatever it says."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("kind", "org_id", "local", "id"),
    [
        (Kind.ORGANIZATION, 1, 1, "T3JnYW5pemF0aW9uOjE6MQ"),
        (Kind.USER, 1, 456, "VXNlcjoxOjQ1Ng"),
        (Kind.REPOSITORY, 1, 7, "UmVwb3NpdG9yeToxOjc"),
        (Kind.LABEL, 1, "b7", "TGFiZWw6MTpiNw"),
        (Kind.TICKET, 1, 42, "VGlja2V0OjE6NDI"),
        (Kind.COMMENT, 2, 9, "Q29tbWVudDoyOjk"),
        (Kind.TICKET_EVENT, 2, "42v3", "VGlja2V0RXZlbnQ6Mjo0MnYz"),
        (Kind.API_KEY, 2, "k1", "QXBpS2V5OjI6azE"),
    ],
)
def test_the_ids_that_clients_have_kept_stay_as_they_are(
    kind: Kind, org_id: int, local: int | str, id: str
) -> None:
    assert node_id(kind, org_id, local) == id
    assert read_node_id(id) == (kind, org_id, str(local))


@given(st.sampled_from(Kind), st.integers(1, INT32_MAX), st.integers(1, INT32_MAX))
@settings(max_examples=60)
def test_every_number_of_every_kind_is_read_again(kind: Kind, org_id: int, local: int) -> None:
    id = node_id(kind, org_id, local)
    assert read_node_id(id) == (kind, org_id, str(local))
    assert local_id(id, kind, org_id) == str(local)
    assert local_number(id, kind, org_id) == local
    assert id.isascii()
    assert not set("+/=") & set(id)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "Ticket",
        "Ticket:1",
        "Ticket:1:",
        "Ticket::1",
        ":1:1",
        "Ticket:1:1:1",
        "Ticket:1:1\n",
        " Ticket:1:1",
        "ticket:1:1",
        "TICKET:1:1",
        "Tickets:1:1",
        "Ticket:0:1",
        "Ticket:01:1",
        "Ticket:-1:1",
        "Ticket:12345678901:1",
        "Ticket:1:0",
        "Ticket:1:01",
        "Ticket:1:-1",
        "Ticket:1:1.0",
        "Ticket:1:2147483648",
        "Ticket:1:a",
        "User:1:a",
        "Label:1:A",
        "Label:1:a-b",
        "Label:1:" + "a" * 33,
        "Ticket:1:\u0661",
        "Ticket:\u0661:1",
        "Tïcket:1:1",
    ],
)
def test_what_is_written_like_an_id_and_is_none_is_refused(plain: str) -> None:
    assert read_node_id(encoded(plain)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "AM-42",
        "42",
        "Ticket:1:42",
        "VGlja2V0OjE6NDI=",
        "VGlja2V0OjE6NDI==",
        " VGlja2V0OjE6NDI",
        "VGlja2V0OjE6NDI\n",
        "VGlja2V0OjE6NDJ",
        "VGlja2V0OjE6NDK",
        "vGlja2V0OjE6NDI",
        "VGlja2V0OjE6ND",
        "VGlja2V0OjE6NDIx!",
        "VGlja2V0OjE6NDÍ",
        "////",
        "\0",
        "\ud800",
        "A" * 10_000,
    ],
)
def test_one_object_has_one_id_and_no_other_spelling(text: str) -> None:
    assert read_node_id(text) is None


@given(st.text(max_size=24))
@settings(max_examples=60)
def test_whatever_is_read_is_what_would_be_written(text: str) -> None:
    for id in (text, encoded(text.encode("utf-8", "replace").decode())):
        found = read_node_id(id)
        assert found is None or node_id(*found) == id


@pytest.mark.parametrize(
    ("kind", "org_id", "local"),
    [(Kind.TICKET, 1, 42), (Kind.USER, 1, None), (Kind.COMMENT, 1, None), (Kind.TICKET, 2, None)],
)
def test_an_id_of_another_kind_or_tenant_names_nothing(
    kind: Kind, org_id: int, local: int | None
) -> None:
    id = node_id(Kind.TICKET, 1, 42)
    assert local_number(id, kind, org_id) == local
    assert local_id(id, kind, org_id) == (None if local is None else str(local))


@pytest.mark.parametrize("local", ["0b1", "42v3", "2147483648", "007"])
def test_an_id_that_is_text_is_no_number(local: str) -> None:
    id = node_id(Kind.LABEL, 1, local)
    assert local_id(id, Kind.LABEL, 1) == local
    assert local_number(id, Kind.LABEL, 1) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("42", 42),
        ("2147483647", INT32_MAX),
        ("2147483648", None),
        ("9999999999", None),
        ("10000000000", None),
        ("0", None),
        ("00", None),
        ("01", None),
        ("-1", None),
        ("+1", None),
        ("", None),
        (" 1", None),
        ("1 ", None),
        ("1\n", None),
        ("1_000", None),
        ("1.0", None),
        ("1e3", None),
        ("0x1", None),
        ("²", None),
        ("\u0661", None),
        ("\uff11", None),
        ("9" * 5_000, None),
    ],
)
def test_a_number_is_positive_has_32_bits_and_plain_digits(text: str, value: int | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("AM-42", "AM-42"),
        ("am-42", "AM-42"),
        ("aM-42", "AM-42"),
        ("A-1", "A-1"),
        ("A1B2-9", "A1B2-9"),
        ("ABCDEFGHIJ-9999999999", "ABCDEFGHIJ-9999999999"),
    ],
)
def test_a_slug_is_found_without_regard_to_case(text: str, slug: str) -> None:
    assert read_slug(text) == slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AM",
        "AM42",
        "AM-",
        "-42",
        "42",
        "AM-0",
        "AM-042",
        "AM--42",
        "AM-4-2",
        "AM_42",
        "AM 42",
        " AM-42",
        "AM-42 ",
        "AM-42\n",
        "1AM-42",
        "ABCDEFGHIJK-1",
        "AM-12345678901",
        "AM-x",
        "AM-٤٢",
        "ÄM-42",
        "\u017fm-42",
        "ß-1",
        "AM\u201342",
    ],
)
def test_what_is_no_slug_is_refused(text: str) -> None:
    assert read_slug(text) is None
