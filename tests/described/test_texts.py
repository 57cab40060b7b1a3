"""Any text at all, as a title: both doors store it as it is, or both refuse it; on both databases."""

from __future__ import annotations

import json

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rest.answers import TICKETS

CREATE = """mutation($title: String!) { ticketCreate(input: {title: $title}) {
  ticket { title } userErrors { code } } }"""
ODD = st.sampled_from(["\0", "\ud800", "\udfff", "\ud83d", " ", "\u3000", "\ufeff", "\u2028", "é"])


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(max_size=8) | ODD, max_size=4).map("".join))
async def test_any_text_is_stored_as_it_is_or_refused(
    client: httpx.AsyncClient, title: str
) -> None:
    storable = "\0" not in title and not any("\ud800" <= sign <= "\udfff" for sign in title)
    good = bool(title.strip()) and storable
    rest = await client.post(TICKETS, content=json.dumps({"title": title}))
    assert rest.status_code == (201 if good else 400), rest.text
    asked = json.dumps({"query": CREATE, "variables": {"title": title}})
    graphql = await client.post(
        "/graphql", content=asked, headers={"Content-Type": "application/json"}
    )
    assert graphql.status_code < 500, graphql.text
    payload = (graphql.json().get("data") or {}).get("ticketCreate") or {}
    if good:
        assert rest.json()["ticket"]["title"] == title.strip()
        assert payload["ticket"] == {"title": title.strip()}
    else:
        assert not payload.get("ticket")
        assert payload.get("userErrors") or graphql.json()["errors"]
