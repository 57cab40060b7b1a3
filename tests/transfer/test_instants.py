"""Points in time, in every spelling that a file may have, and those that are guessed at by nobody."""

from __future__ import annotations

import datetime as dt

import pytest

from gql_tickets.transfer.instants import read_instant, utc

MORNING = dt.datetime(2024, 1, 31, 9, 30, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2024, 1, 31, tzinfo=dt.UTC)

ISO = {
    "2024-01-31T09:30:00Z": MORNING,
    "2024-01-31T09:30:00.000Z": MORNING,
    "2024-01-31T09:30:00+00:00": MORNING,
    "2024-01-31T09:30:00": MORNING,
    "2024-01-31T09:30Z": MORNING,
    "2024-01-31 09:30": MORNING,
    "20240131T093000Z": MORNING,
    "2024-01-31T10:30:00+01:00": MORNING,
    "2024-01-31T04:30:00-0500": MORNING,
    "2024-01-31T15:00:00+05:30": MORNING,
    "2024-02-01T00:30:00+15:00": MORNING,
    "2024-01-31T09:30:00.123Z": MORNING.replace(microsecond=123_000),
    "2024-01-31T09:30:00.123456Z": MORNING.replace(microsecond=123_456),
    "2024-01-31T09:30:00.1234569Z": MORNING.replace(microsecond=123_456),
    "2024-01-31": MIDNIGHT,
    " \t2024-01-31\n": MIDNIGHT,
    "2024-02-29": dt.datetime(2024, 2, 29, tzinfo=dt.UTC),
    "0001-01-01T00:00:00Z": dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    "9999-12-31T23:59:59.999999Z": dt.datetime.max.replace(tzinfo=dt.UTC),
}
JIRA = {
    "31/Jan/24 9:30 AM": MORNING,
    "31/Jan/24 09:30 AM": MORNING,
    "31/Jan/24 9:30 am": MORNING,
    "31/jan/24 9:30 AM": MORNING,
    "31/Jan/2024 9:30 AM": MORNING,
    "31/Jan/24 09:30": MORNING,
    "31/Jan/2024 09:30": MORNING,
    "31/Jan/24 9:30 PM": MORNING.replace(hour=21),
    "31/Jan/24 21:30": MORNING.replace(hour=21),
    "31/Jan/24 12:30 AM": MORNING.replace(hour=0),
    "31/Jan/24 12:30 PM": MORNING.replace(hour=12),
    "1/Jan/24 0:05": dt.datetime(2024, 1, 1, 0, 5, tzinfo=dt.UTC),
    "29/Feb/24 12:00 AM": dt.datetime(2024, 2, 29, tzinfo=dt.UTC),
    "31/Dec/99 11:59 PM": dt.datetime(1999, 12, 31, 23, 59, tzinfo=dt.UTC),
}
LINEAR = {
    "Wed Jan 31 2024 09:30:00 GMT+0000 (GMT)": MORNING,
    "Wed Jan 31 2024 09:30:00 GMT+0000": MORNING,
    "Wed Jan 31 2024 10:30:00 GMT+0100 (Central European Standard Time)": MORNING,
    "Wed Jan 31 2024 10:30:00 GMT+0100 (Mitteleuropäische Normalzeit)": MORNING,
    "Wed Jan 31 2024 01:30:00 GMT-0800 (Pacific Standard Time)": MORNING,
    "Wed Jan 31 2024 15:00:00 GMT+0530 (India Standard Time)": MORNING,
    "Tue Jan 30 2024 23:30:00 GMT-1000 (HST)": MORNING,
}
NONE = (
    "",
    " ",
    "tomorrow",
    "1706693400",
    "2024",
    "2024-01",
    "2024-13-01",
    "2024-02-30",
    "2023-02-29",
    "2024-01-31T25:00",
    "2024-01-31T09:30:60Z",
    "2024-01-31T09:30:00 UTC",
    "2024-01-31T09:30:00+24:00",
    "2024/01/31",
    "31/Jan/24",
    "30/Feb/24 9:30 AM",
    "31/Jan/24 13:30 PM",
    "31/Jan/24 9:30 AM GMT",
    "31-Jan-2024 09:30",
    # Which of them is the month?
    "02/01/24 9:30 AM",
    "01/31/2024 09:30",
    # Jira in German, in French and in Portuguese.
    "31.01.24 09:30",
    "31/Mär/24 9:30 AM",
    "31/janv./24 9:30 AM",
    "31/fev/24 9:30 AM",
    "Jan 31, 2024",
    "Wed Jan 31 2024",
    "Wed Foo 31 2024 09:30:00 GMT+0000",
    "Wed Feb 31 2024 09:30:00 GMT+0000",
    "Wed Jan 31 2024 09:30:00",
    "Wed, 31 Jan 2024 09:30:00 GMT",
)
BEYOND = (
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-01:00",
    "Mon Jan 01 0001 00:00:00 GMT+0200",
    "Fri Dec 31 9999 23:59:59 GMT-0001 (X)",
)


@pytest.mark.parametrize(("text", "moment"), [*ISO.items(), *JIRA.items(), *LINEAR.items()])
def test_a_moment_is_read_as_it_is_written(text: str, moment: dt.datetime) -> None:
    read = read_instant(text)
    assert read == moment
    assert read.tzinfo is dt.UTC


@pytest.mark.parametrize("text", [*NONE, *BEYOND])
def test_what_is_no_moment_is_refused_and_what_one_looks_like_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="not a date") as refused:
        read_instant(text)
    assert str(refused.value) == (
        f"{text.strip()!r} is not a date that is known here; write 2025-01-31T09:30:00Z."
    )


def test_a_moment_without_an_offset_is_taken_as_utc() -> None:
    assert utc(dt.datetime(2024, 1, 31, 9, 30)) == MORNING  # noqa: DTZ001 - it is about such


def test_a_moment_of_another_zone_is_the_same_moment_in_utc() -> None:
    there = MORNING.astimezone(dt.timezone(dt.timedelta(hours=-11, minutes=-30)))
    assert there.day == 30
    assert utc(there).isoformat() == "2024-01-31T09:30:00+00:00"


@pytest.mark.parametrize(("parts", "hours"), [((1, 1, 1, 0, 59), 1), ((9999, 12, 31, 23, 0), -1)])
def test_a_moment_that_utc_has_no_year_for_is_refused(parts: tuple[int, ...], hours: int) -> None:
    year, month, day, hour, minute = parts
    zone = dt.timezone(dt.timedelta(hours=hours))
    edge = dt.datetime(year, month, day, hour, minute, tzinfo=zone)
    with pytest.raises(ValueError, match=r"^This moment is beyond the calendar\.$"):
        utc(edge)
