"""Scopes, credentials, and the form of API keys: what needs no database."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_tickets.auth import (
    DEMO_KEY,
    Actor,
    Scope,
    key_hash,
    looks_like_key,
    new_key,
    operator,
    read_credential,
    with_implied,
)
from gql_tickets.errors import ErrorCode, Forbidden, Unauthenticated


def test_a_new_key_has_the_form_of_one() -> None:
    key = new_key()
    assert key.startswith("amk_")
    assert len(key) == 4 + 27 + 6
    assert key[4:].isalnum()
    assert looks_like_key(key)


def test_keys_do_not_repeat() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000


def test_the_body_of_a_key_holds_160_bits() -> None:
    assert 62**27 >= 2**160


def test_the_documented_key_has_the_form_of_one() -> None:
    assert looks_like_key(DEMO_KEY)


@given(st.integers(0, 36), st.sampled_from("0aZ_é\0"))
def test_a_mistyped_key_is_noticed(place: int, letter: str) -> None:
    key = "amk_0123456789ABCDEFGHIJKLMNOPQ"
    valid = next(key + tail for tail in _tails(key) if looks_like_key(key + tail))
    mistyped = valid[:place] + letter + valid[place + 1 :]
    assert looks_like_key(mistyped) == (mistyped == valid)


def _tails(key: str) -> list[str]:
    """The checksum of a key, as auth.py writes it."""
    value = int.from_bytes(_crc(key[4:]))
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    tail = ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        tail = digits[digit] + tail
    return [tail]


def _crc(body: str) -> bytes:
    """CRC-32, by its definition."""
    crc = 0xFFFFFFFF
    for byte in body.encode():
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return (crc ^ 0xFFFFFFFF).to_bytes(4)


@given(st.text())
def test_no_other_text_looks_like_a_key(text: str) -> None:
    assert not looks_like_key(text)
    assert not looks_like_key(f"amk_{text}")


def test_only_a_hash_is_kept() -> None:
    assert key_hash(DEMO_KEY) == hashlib.sha256(DEMO_KEY.encode()).digest()


def test_writing_includes_reading() -> None:
    assert with_implied(frozenset({Scope.TICKETS_WRITE})) == {
        Scope.TICKETS_WRITE,
        Scope.TICKETS_READ,
    }
    manage = frozenset({Scope.API_KEYS_MANAGE})
    assert with_implied(manage) == manage
    assert with_implied(frozenset()) == frozenset()


def test_a_missing_scope_is_named() -> None:
    actor = Actor(1, "acme", frozenset({Scope.TICKETS_READ}))
    actor.require(Scope.TICKETS_READ)
    with pytest.raises(Forbidden) as caught:
        actor.require(Scope.TICKETS_WRITE)
    assert caught.value.code is ErrorCode.INSUFFICIENT_SCOPE
    assert caught.value.required_scopes == ("tickets:write",)
    assert caught.value.extensions["requiredScopes"] == ["tickets:write"]


def test_the_command_line_may_do_everything() -> None:
    actor = operator(1, "acme")
    for scope in Scope:
        actor.require(scope)
    assert actor.key_id is None


@pytest.mark.parametrize(
    ("api_key", "authorization"),
    [
        ("k", None),
        (" k ", None),
        ("k", "Bearer other"),
        (None, "Bearer k"),
        ("", "bearer   k "),
        (None, "BEARER k"),
    ],
)
def test_a_credential_is_read_from_either_header(
    api_key: str | None, authorization: str | None
) -> None:
    assert read_credential(api_key, authorization) == "k"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, ErrorCode.AUTH_REQUIRED),
        ("", ErrorCode.AUTH_REQUIRED),
        ("Basic k", ErrorCode.INVALID_TOKEN),
        ("Bearer", ErrorCode.INVALID_TOKEN),
        ("Bearer  ", ErrorCode.INVALID_TOKEN),
        ("k", ErrorCode.INVALID_TOKEN),
    ],
)
def test_a_missing_credential_is_told_from_a_wrong_one(
    authorization: str | None, code: ErrorCode
) -> None:
    with pytest.raises(Unauthenticated) as caught:
        read_credential(None, authorization)
    assert caught.value.code is code
