"""Which format a file has; and that bytes of any kind are read, or refused in one sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.domain.transfer import Incoming
from gql_tickets.errors import ValidationFailed
from gql_tickets.transfer import formats
from gql_tickets.transfer.formats import ImportFormat
from tests.transfer.files import HEADER, SAMPLES, lines, ticket

BOM = b"\xef\xbb\xbf"
OURS = json.dumps(HEADER).encode()


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (OURS, "ndjson"),
        (OURS + b"\r\n", "ndjson"),
        (BOM + OURS, "ndjson"),
        (b"\n \n" + OURS, "ndjson"),
        # A later version is ours as well: its reader says what is wrong with it.
        (OURS.replace(b'"version": 1', b'"version": 2'), "ndjson"),
        (b"[]", "github"),
        (b"[", "github"),
        (BOM + b"\n\t [{}]", "github"),
        (b"Issue key,Summary,Status\n", "jira"),
        (b"Status, Issue key ,Labels,Labels,Summary", "jira"),
        (b"ID,Team,Title,Status\n", "linear"),
        (BOM + b'"ID","Team","Title","Status"\r\n', "linear"),
        (b"title\n", "csv"),
        (b"title\rx\r", "csv"),
        (BOM + b'"title"', "csv"),
        (b'version,"a\nb",title\n', "csv"),
        # More columns than one program needs: the one that needs most.
        (b"Issue key,Summary,Status,title\n", "jira"),
        (b"title,ID,Team,Title,Status\n", "linear"),
    ],
)
def test_a_format_is_told_from_the_content(content: bytes, form: str) -> None:
    assert formats.guess(content) is ImportFormat(form)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        BOM,
        b" \r\n\t",
        b"{",
        b"{}",
        b'{"a":1}\n' + OURS,
        b"Title\n",
        b"slug;title\n",
        b"slug\ttitle\n",
        b"Issue key,Summary\n",
        b"Issue Key,Summary,Status\n",
        b"ID,Title,Status\n",
        pytest.param(b"x" * 70_000 + b",title\n", id="a title that comes late"),
        b"PK\x03\x04\x14\x00",
        b"\x1f\x8b\x08\x00",
        b"\0" * 100,
        "title,slug\n".encode("utf-16"),
    ],
)
def test_what_is_none_of_them_is_not_guessed_at(content: bytes) -> None:
    assert formats.guess(content) is None


@pytest.mark.parametrize("name", ["github.json", "jira.csv", "linear.csv", "plain.csv"])
def test_a_byte_order_mark_and_the_ends_of_lines_make_no_difference(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    form = formats.guess(content)
    assert form is not None
    plain = formats.read(form, content)
    assert len(plain.tickets) > 1
    assert formats.read(form, BOM + content) == plain
    windows = formats.read(form, content.replace(b"\n", b"\r\n"))
    assert [(each.line, each.key) for each in windows.tickets] == [
        (each.line, each.key) for each in plain.tickets
    ]


def test_our_own_lines_may_end_as_on_windows() -> None:
    content = lines(ticket(1), ticket(2))
    windows = BOM + content.replace(b"\n", b"\r\n")
    assert formats.read(ImportFormat.NDJSON, windows) == formats.read(ImportFormat.NDJSON, content)


@pytest.mark.parametrize("form", ["csv", "jira", "linear", "github"])
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff", 1),
        (b"title\nna\xefve\n", 2),
        (b"title\r\n\r\nx\r\n\xc3", 4),
        # Surrogates are no characters, and half a character is none.
        (b"[\n\xed\xa0\x80]", 2),
        ("title".encode("utf-16"), 1),
    ],
)
def test_what_is_not_utf_8_says_its_line(form: str, content: bytes, line: int) -> None:
    with pytest.raises(ValidationFailed) as refused:
        formats.read(ImportFormat(form), content)
    assert refused.value.message == f"Line {line}: this is not UTF-8."


def test_in_our_own_format_a_line_that_is_not_utf_8_is_one_refused_row() -> None:
    content = lines(ticket(1), ticket(2, title="na\u00efve"), ticket(3))
    read = formats.read(ImportFormat.NDJSON, content.replace(b"na\\u00efve", b"na\xefve"))
    assert [each.line for each in read.tickets] == [2, 4]
    assert [(each.line, each.message) for each in read.refused] == [(3, "This is not UTF-8.")]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("csv", "Line 1 names no column 'title'."),
        ("jira", "Line 1 names no column 'Issue key'."),
        ("linear", "Line 1 names no column 'ID'."),
        ("ndjson", "Line 1 is not that of an export of this version."),
    ],
)
@pytest.mark.parametrize("content", [b"", b"\n", b"name,age\nada,36\n", b"\n[]"])
def test_a_file_of_another_kind_is_one_sentence(form: str, says: str, content: bytes) -> None:
    with pytest.raises(ValidationFailed) as refused:
        formats.read(ImportFormat(form), content)
    assert refused.value.message == says


def beginnings() -> st.SearchStrategy[bytes]:
    """Bytes of any kind, which may begin as one of the formats does."""
    heads = [
        b"",
        OURS + b"\n",
        b"[",
        b"[{",
        b'[{"html_url":"https://github.com/o/r/issues/1"},',
        b"title,slug\n",
        b"Issue key,Summary,Status,Issue id,Parent\n",
        b"ID,Team,Title,Status\n",
    ]
    inside = st.text(alphabet='{}[]",;:\\\n\r\0 \ud7ff\U0001f3ab1eNx').map(str.encode)
    return st.tuples(st.sampled_from(heads), inside | st.binary()).map(b"".join)


def outcome(form: ImportFormat, content: bytes) -> Incoming | str:
    """What is read of a file, or why nothing is."""
    try:
        return formats.read(form, content)
    except ValidationFailed as error:
        return error.message


@given(content=beginnings(), form=st.sampled_from(ImportFormat))
def test_no_bytes_are_too_odd_to_be_read_or_refused(content: bytes, form: ImportFormat) -> None:
    formats.guess(content)
    read = outcome(form, content)
    if isinstance(read, str):
        assert read.endswith(".")
        assert "\n" not in read
        return
    last = content.count(b"\n") + content.count(b"\r") + 1
    for line in [each.line for each in read.tickets] + [each.line for each in read.refused]:
        assert 1 <= line <= last
    assert all(each.message.endswith(".") for each in read.refused)
