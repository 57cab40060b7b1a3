"""The fenced blocks of a page: what a reader would paste, and the answer that is shown for it.

A block of JSON or text right after a command or a document is its answer. A comment right before a block
changes what is done with it:

    <!-- not run: why -->           it is only looked at
    <!-- beside the next: why -->   it goes on while the next one runs, and then has its answer
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
RUN = ("sh", "graphql")
ANSWERS = ("json", "text")
SHOWN = ("", "text", "csv")  # nobody would run these

_MARK = re.compile(r"<!-- (not run|beside the next): (.+?) -->\n?", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """What stands between two fences, from a line of its page."""

    line: int
    language: str
    text: str
    mark: str | None
    answer: str | None

    @property
    def runs(self) -> bool:
        """Whether a reader would do it."""
        return self.language in RUN and self.mark != "not run"


def pages() -> list[Path]:
    """The README, and every page of the documentation but the decisions."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order; answers are within what they answer."""
    found: list[Block] = []
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "fence" or token.map is None:
            continue
        language, line = token.info.strip(), token.map[0] + 1
        if before is not None and before.type == "fence" and language in ANSWERS:
            asked = found.pop()
            found.append(Block(asked.line, asked.language, asked.text, asked.mark, token.content))
        else:
            marked = (
                _MARK.fullmatch(before.content) if before and before.type == "html_block" else None
            )
            mark = marked[1] if marked else None
            found.append(Block(line, language, token.content, mark, None))
    return found
