"""Orders: the keys of a sort, with the directions that callers leave out."""

from __future__ import annotations

from typing import Any

import pytest
from strawberry import UNSET

from gql_tickets.domain.paging import NEWEST_FIRST, Order, OrderField
from gql_tickets.inputs import TicketOrder, read_order
from tests.inputs.reading import read


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"field": "TITLE"}, Order(OrderField.TITLE, descending=True)),
        ({"field": "TITLE", "direction": "DESC"}, Order(OrderField.TITLE, descending=True)),
        ({"field": "TITLE", "direction": "ASC"}, Order(OrderField.TITLE, descending=False)),
        ({"field": "RELEVANCE"}, Order(OrderField.RELEVANCE, descending=True)),
        ({"field": "POSITION", "direction": "ASC"}, Order(OrderField.POSITION, descending=False)),
    ],
)
def test_the_highest_comes_first_unless_the_caller_says_so(
    value: dict[str, Any], expected: Order
) -> None:
    assert read(TicketOrder, value).to_domain() == expected


@pytest.mark.parametrize("field", OrderField)
def test_every_field_can_be_sorted_by(field: OrderField) -> None:
    assert read(TicketOrder, {"field": field.name}).to_domain().field is field


@pytest.mark.parametrize("order_by", [None, UNSET, []])
def test_newest_first_when_no_key_is_given(order_by: Any) -> None:
    assert read_order(order_by) == NEWEST_FIRST


def test_keys_keep_their_order_and_may_come_twice() -> None:
    names = ["STATUS", "TITLE", "STATUS"]
    keys = [read(TicketOrder, {"field": name, "direction": "ASC"}) for name in names]
    assert [key.field.name for key in read_order(keys)] == names


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "to include required field 'field', found: {}"),
        ({"field": "title"}, "Did you mean the enum value 'TITLE'"),
        ({"field": "TITLE", "direction": "UP"}, "'UP' does not exist in 'OrderDirection' enum"),
        ({"field": "TITLE", "direction": None}, "not to be None"),
    ],
)
def test_a_key_is_a_field_of_the_schema_and_a_direction(
    value: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(TicketOrder, value)
