"""Every command and every document of the documentation does what it says, in the demo."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from tests.docs.blocks import ANSWERS, ROOT, RUN, SHOWN, blocks, pages
from tests.docs.running import Reader, matches
from tests.servers import running

# How many blocks of a page are not run, each for the reason that stands before it. Think before adding.
NOT_RUN = {
    "README.md": 3,
    "docs/deployment.md": 4,
    "docs/performance.md": 1,
    "docs/schema.md": 1,
    "docs/tutorial.md": 1,
}
DEV = (ROOT / "dev").read_text("utf-8").split('"""')[1]


def name(page: Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


# Every block, by its page and line.
BLOCKS = {f"{name(page)}:{each.line}": each for page in pages() for each in blocks(page)}


@functools.cache
def schema() -> GraphQLSchema:
    """The schema as frontends have it."""
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in pages() if any(each.runs for each in blocks(page))], ids=name
)
def test_what_a_page_tells_to_paste_works(page: Path, tmp_path: Path) -> None:
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"There is no {program}.")
    database = f"sqlite+aiosqlite:///{tmp_path}/demo.sqlite3"
    with running(tmp_path, database, "--demo") as server:
        Reader(tmp_path, server.url, database).follow(blocks(page))


@pytest.mark.parametrize(
    "place", [place for place, each in BLOCKS.items() if each.runs and each.language == "graphql"]
)
def test_a_document_fits_the_schema(place: str) -> None:
    assert validate(schema(), parse(BLOCKS[place].text)) == []


@pytest.mark.parametrize(
    "place", [place for place, each in BLOCKS.items() if each.language == "sh"]
)
def test_a_command_can_be_read_and_is_there(place: str) -> None:
    text = BLOCKS[place].text
    read = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    assert read.stderr == ""
    for command in re.findall(r"^\./dev (\w+)", text, re.MULTILINE):
        assert f"\n    ./dev {command} " in DEV


def test_nothing_else_is_left_out_than_what_is_counted() -> None:
    left_out = [place.partition(":")[0] for place, each in BLOCKS.items() if each.mark == "not run"]
    assert Counter(left_out) == NOT_RUN


def test_no_block_escapes_by_its_language() -> None:
    known = (*RUN, *SHOWN)
    escaped = [
        place
        for place, each in BLOCKS.items()
        if each.language not in known and each.mark != "not run"
    ]
    assert escaped == [], f"Only {RUN} are run; an answer is one of {ANSWERS}, right after a block."


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ('{"a": "…", "b": [1]}', '{"a":"x","b":[1]}', True),
        ('{"a": "…"}', '{"a":1,"b":2}', False),
        ('["x…z", "…"]', '["xyz", {}]', True),
        ('["x…z"]', '["xy"]', False),
        ("data: …1\n…", "data: 0001\ndata: 2\n", True),
        ("data: …1", "data: 2", False),
    ],
)
def test_an_answer_is_compared_but_for_what_is_left_out(
    shown: str, printed: str, same: bool
) -> None:
    assert matches(shown, printed) is same
