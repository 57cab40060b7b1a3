"""Queries: whatever a person types is one, and a title fits it more or less well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_tickets.domain.search import (
    GAP,
    OCCURRENCES_MAX,
    POSITIONS_MAX,
    QUERY_WORDS_MAX,
    Document,
    Query,
    Term,
    document,
    places,
    rank,
    read_query,
)

Said = list[str]
"""Terms as said() writes them."""


def said(terms: tuple[Term, ...]) -> Said:
    """Terms, their words joined by `+`, with a `*` after a prefix."""
    return ["+".join(term.words) + "*" * term.is_prefix for term in terms]


def read(typed: str) -> tuple[Said, Said]:
    """What is wanted and what is unwanted, as a person typed it."""
    query = read_query(typed)
    return said(query.wanted), said(query.unwanted)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("login", ["login"], []),
        ("login page", ["login", "page"], []),
        ("Login LOGIN login", ["login"], []),
        ('"login page"', ["login+page"], []),
        ('"Login,  page!"', ["login+page"], []),
        ('login "the page" slow', ["login", "the+page", "slow"], []),
        ("-login", [], ["login"]),
        ("page -login", ["page"], ["login"]),
        ("login -login", ["login"], ["login"]),
        ('-"login page"', [], ["login+page"]),
        ("log*", ["log*"], []),
        ("log* login", ["log*", "login"], []),
        ("-log*", [], ["log*"]),
        ('"login pa"*', ["login+pa*"], []),
        ('"login pa*"', ["login+pa*"], []),
        ('-"login pa"*', [], ["login+pa*"]),
    ],
)
def test_words_phrases_nots_and_prefixes(typed: str, wanted: Said, unwanted: Said) -> None:
    assert read(typed) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("sign-in", ["sign+in"], []),
        ("-sign-in", [], ["sign+in"]),
        ("sign-in*", ["sign+in*"], []),
        ("it's", ["it+s"], []),
        ("v1.2", ["v1+2"], []),
        ("東京", ["東+京"], []),
        ("東京*", ["東+京*"], []),
        ("-東京", [], ["東+京"]),
        ("東 京", ["東", "京"], []),
        ("東\u3000京", ["東", "京"], []),
        ("ไทย", ["ไ+ท+ย"], []),
        ("résumé", ["resume"], []),
        ("👍*", ["👍*"], []),
        ("a*b", ["a+b"], []),
        ("a\u00a0b\tc\nd", ["a", "b", "c", "d"], []),
    ],
)
def test_a_typed_word_of_several_words_is_a_phrase(
    typed: str, wanted: Said, unwanted: Said
) -> None:
    assert read(typed) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ('"login page', ["login+page"], []),
        ('login"', ["login"], []),
        ('login" page', ["login", "page"], []),
        ('a"b c', ["a", "b+c"], []),
        ('a"b"c', ["a", "b", "c"], []),
        ('"a" "b c', ["a", "b+c"], []),
        ('-"login page', [], ["login+page"]),
        ('"" login', ["login"], []),
        ('-"" login', ["login"], []),
        ('"-login"', ["login"], []),
        ("“login page”", ["login+page"], []),
        ("„login page‟", ["login+page"], []),
        ("“login page", ["login+page"], []),
    ],
)
def test_quotes_that_do_not_pair_and_those_of_word_processors(
    typed: str, wanted: Said, unwanted: Said
) -> None:
    assert read(typed) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("- login", ["login"], []),
        ("--login", [], ["login"]),
        ("login-", ["login"], []),
        ("login *", ["login"], []),
        ("*login", ["login"], []),
        ("login**", ["login*"], []),
        ("login-*", ["login*"], []),
        ("*-login", ["login"], []),
        ("+login ^page ~slow", ["login", "page", "slow"], []),
        ("(login) & [page] | {slow}", ["login", "page", "slow"], []),
        ("login AND page OR NOT slow", ["login", "and", "page", "or", "not", "slow"], []),
        ("NEAR(a b, 2)", ["near+a", "b", "2"], []),
        ("title:login", ["title+login"], []),
        ("login:*", ["login*"], []),
        ("x'; DROP TABLE tickets; --", ["x", "drop", "table", "tickets"], []),
        ("50% a_b \\n", ["50", "a+b", "n"], []),
    ],
)
def test_operators_of_databases_mean_nothing(typed: str, wanted: Said, unwanted: Said) -> None:
    assert read(typed) == (wanted, unwanted)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\n\t", '"', '""', '"""', "-", "---", "*", "-*", '-""*', "!?", "\\", "%", "…", "\0"],
)
def test_a_query_without_a_word_is_for_everything(typed: str) -> None:
    assert read_query(typed) == Query()


@pytest.mark.parametrize(
    ("typed", "terms", "words_of_last"),
    [
        (" ".join(f"w{i}" for i in range(64)), 64, 1),
        (" ".join(f"w{i}" for i in range(65)), 64, 1),
        ('"' + "a b " * 100 + '" late', 1, 64),
        ("東" * 1_000 + " late", 1, 64),
        ("first " + "東" * 1_000, 2, 63),
        ("-" * 1_000 + "a " + " ".join(f"w{i}" for i in range(70)), 63, 1),
        ("same " * 64 + "late", 1, 1),
    ],
)
def test_the_first_64_words_count(typed: str, terms: int, words_of_last: int) -> None:
    wanted = read_query(typed).wanted
    assert (len(wanted), len(wanted[-1].words)) == (terms, words_of_last)
    assert QUERY_WORDS_MAX == 64


@given(st.text(st.sampled_from('ab-*"“”東é \n:()') | st.characters(), max_size=40))
@settings(max_examples=100)
def test_every_text_is_a_query_of_few_words(typed: str) -> None:
    query = read_query(typed)
    terms = (*query.wanted, *query.unwanted)
    assert all(term.words and all(term.words) for term in terms)
    assert sum(len(term.words) for term in terms) <= QUERY_WORDS_MAX
    assert len(set(query.wanted)) == len(query.wanted)


@given(st.lists(st.sampled_from(["a", "b", "東", "c d"]), min_size=1, max_size=6))
@settings(max_examples=50)
def test_phrases_in_quotes_are_read_as_they_were_written(phrases: list[str]) -> None:
    typed = " ".join(f'"{phrase}"' for phrase in phrases)
    expected = dict.fromkeys(Term(tuple(phrase.split())) for phrase in phrases)
    assert read_query(typed).wanted == tuple(expected)


@pytest.mark.parametrize(
    ("typed", "title", "expected"),
    [
        ("login", "Login is slow", 2),
        ("login slow", "Login is slow", 2),
        ("slow login", "Login is slow", 2),
        ("login page", "Login is slow", 1),
        ("page", "Login is slow", 0),
        ("log*", "Login is slow", 2),
        ("log", "Login is slow", 0),
        ("gin*", "Login is slow", 0),
        ('"login is"', "Login is slow", 2),
        ('"is login"', "Login is slow", 0),
        ('"login sl*"', "Login is slow", 0),
        ('"is sl*"', "Login is slow", 2),
        ('"lo* is"', "Login is slow", 0),
        ("resume", "Le résumé", 2),
        ("京都", "東京都", 2),
        ("京東", "東京都", 0),
        ("login -slow", "Login is slow", 2),
        ("-page", "Login is slow", 0),
        ("", "Login is slow", 0),
        ("login", "", 0),
    ],
)
def test_a_title_with_all_that_is_wanted_ranks_before_one_with_some(
    typed: str, title: str, expected: int
) -> None:
    assert rank(read_query(typed), title) == expected


@pytest.mark.parametrize(
    ("term", "stream", "expected"),
    [
        (Term(("a",)), "a b a", [0, 2]),
        (Term(("a", "b")), "a b a b", [0, 2]),
        (Term(("a", "a")), "a a a", [0, 1]),
        (Term(("a", "b")), "a", []),
        (Term(("a",)), "", []),
        (Term(("b",), is_prefix=True), "a bc b cb", [1, 2]),
        (Term(("a", "b"), is_prefix=True), "a bc ax b", [0]),
        (Term(("a", "b")), f"a {GAP} b", []),
    ],
)
def test_a_term_begins_where_its_words_follow_one_another(
    term: Term, stream: str, expected: list[int]
) -> None:
    assert list(places(term, stream.split())) == expected


@pytest.mark.parametrize(
    ("title", "texts", "expected"),
    [
        ("", [], Document((), ())),
        ("Login page", [], Document(("login", "page"), ())),
        ("A", ["b c"], Document(("a",), ("b", "c"))),
        ("A", ["b", "c"], Document(("a",), ("b", GAP, "c"))),
        ("A", ["", "b"], Document(("a",), ("b",))),
        ("A", ["b", "", "c"], Document(("a",), ("b", GAP, GAP, "c"))),
        ("A", ["a A"], Document(("a",), ("a", "a"))),
    ],
)
def test_a_gap_stands_between_two_texts(title: str, texts: list[str], expected: Document) -> None:
    assert document(title, texts) == expected


def test_of_a_word_too_often_only_the_place_is_kept() -> None:
    made = document("the", ["the " * OCCURRENCES_MAX + "end"])
    assert made.title == ("the",)
    assert made.body == (*["the"] * (OCCURRENCES_MAX - 1), GAP, "end")
    assert made.rest == ()


def test_words_past_the_last_place_are_kept_without_one() -> None:
    made = document("a b", [" ".join(f"w{i}" for i in range(POSITIONS_MAX)) + " a"])
    assert len(made.title) + len(made.body) == POSITIONS_MAX
    assert made.body[-1] == f"w{POSITIONS_MAX - 3}"
    assert made.rest == (f"w{POSITIONS_MAX - 2}", f"w{POSITIONS_MAX - 1}")
