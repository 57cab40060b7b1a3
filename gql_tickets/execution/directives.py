"""The directives of a schema that say what its fields cost. They are read by cost.py, and by people."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[
        Location.FIELD_DEFINITION,
        Location.ARGUMENT_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
    ],
    name="cost",
    description=(
        "Static weight in cost points, when it is not the default: an object 1, a scalar 0, "
        "a mutation 10, an item of a list in an argument 1."
    ),
)
class Cost:
    """The weight of a field, or of an argument that is given."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description=(
        "How many items a list holds, for static cost: the largest of the slicing arguments "
        "(of a list its length), else the assumed size. `sizedFields` are those of the field's "
        "type that hold the items; without them it is the field itself."
    ),
)
class ListSize:
    """The size of a list, or of the lists within a connection."""

    assumed_size: int | None = strawberry.directive_field(
        name="assumedSize", default=strawberry.UNSET
    )
    slicing_arguments: list[str] | None = strawberry.directive_field(
        name="slicingArguments", default=strawberry.UNSET
    )
    sized_fields: list[str] | None = strawberry.directive_field(
        name="sizedFields", default=strawberry.UNSET
    )
