"""Text that callers send: what both databases can store alike, trimmed and measured (R18, R20, R21).

Lengths are in code points. A Problems collects everything wrong with an input, so that a caller
learns of all of it at once; clean() is for the input that holds one text.
"""

from __future__ import annotations

from collections.abc import Iterable

from gql_tickets.domain.tickets import LABEL_LENGTH_MAX, LABELS_MAX
from gql_tickets.errors import Path, Problem, ValidationFailed

Paths = Path | str


def clean(
    path: Paths, text: str, *, length_min: int = 0, length_max: int, trim: bool = True
) -> str:
    """The text as it is to be stored. Raises ValidationFailed."""
    problems = Problems()
    cleaned = problems.text(path, text, length_min=length_min, length_max=length_max, trim=trim)
    problems.raise_if_any()
    return cleaned


class Problems:
    """What is wrong with an input. Its checks give back what is to be stored, and remember the rest."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, path: Paths, message: str, allowed: tuple[str, ...] | None = None) -> None:
        """Remember one problem."""
        self._found.append(Problem((path,) if isinstance(path, str) else path, message, allowed))

    def text(
        self, path: Paths, text: str, *, length_min: int = 0, length_max: int, trim: bool = True
    ) -> str:
        """The text, trimmed unless told otherwise, of `length_min` to `length_max` code points."""
        cleaned = text.strip() if trim else text
        flaw = _unstorable(cleaned) or _misfit(len(cleaned), length_min, length_max)
        if flaw is not None:
            self.add(path, f"{_name(path)} {flaw}.")
        return cleaned

    def labels(self, path: Paths, names: Iterable[str]) -> tuple[str, ...]:
        """Label names in their order, repeats dropped (R20)."""
        cleaned = tuple(dict.fromkeys(map(str.strip, names)))
        if len(cleaned) > LABELS_MAX:
            self.add(path, f"A ticket has at most {LABELS_MAX} labels.")
            return cleaned
        for name in cleaned:
            self.label(path, name)
        return cleaned

    def label(self, path: Paths, name: str) -> str:
        """One label name: 1 to 100 code points after trimming, no comma (R20)."""
        cleaned = name.strip()
        flaw = _unstorable(cleaned) or _misfit(len(cleaned), 1, LABEL_LENGTH_MAX)
        if flaw is None and "," in cleaned:
            flaw = "must not contain a comma"
        if flaw is not None:
            self.add(path, f"A label {flaw}.")
        return cleaned

    def storable(self, path: Paths, text: str) -> str:
        """A text that is only looked for: of any length, as long as it could be stored at all."""
        flaw = _unstorable(text)
        if flaw is not None:
            self.add(path, f"{_name(path)} {flaw}.")
        return text

    def failed(self) -> ValidationFailed | None:
        """The error with every problem found so far, if there is any."""
        return ValidationFailed(self._found) if self._found else None

    def raise_if_any(self) -> None:
        """Raise ValidationFailed with every problem found so far."""
        if self._found:
            raise ValidationFailed(self._found)


def _unstorable(text: str) -> str | None:
    if "\0" in text:
        return "must not contain the NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "must be valid Unicode, without lone surrogates"
    return None


def _misfit(length: int, length_min: int, length_max: int) -> str | None:
    if length_min <= length <= length_max:
        return None
    if length < length_min == 1:
        return "must not be empty"
    return f"must be {length_min} to {length_max} characters long"


def _name(path: Paths) -> str:
    word = path if isinstance(path, str) else path[-1]
    return word.replace("_", " ").capitalize()
