"""The schema's input types. Both doors build them; to_domain() says them in the domain's words."""

from strawberry import Some

from gql_tickets.inputs.enums import OrderDirection
from gql_tickets.inputs.fields import Url, given
from gql_tickets.inputs.filters import TicketFilter, read_filter
from gql_tickets.inputs.leaves import (
    DateTimeFilter,
    LabelFilter,
    ParentFilter,
    RepositoryFilter,
    TicketPriorityFilter,
    TicketStatusFilter,
    TicketTypeFilter,
    UserFilter,
)
from gql_tickets.inputs.mutations import (
    ApiKeyCreateInput,
    ApiKeyRevokeInput,
    LabelDeleteInput,
    LabelsEdit,
    LabelsPatch,
    LabelUpsertInput,
    RepositoryUpsertInput,
    TicketCreateInput,
    TicketDeleteInput,
    TicketPatch,
    TicketSetStatusInput,
    TicketUpdateInput,
    UserUpsertInput,
)
from gql_tickets.inputs.orders import TicketOrder, read_order
from gql_tickets.inputs.references import RepositoryRef, TicketRef, UserRef

__all__ = [
    "ApiKeyCreateInput",
    "ApiKeyRevokeInput",
    "DateTimeFilter",
    "LabelDeleteInput",
    "LabelFilter",
    "LabelUpsertInput",
    "LabelsEdit",
    "LabelsPatch",
    "OrderDirection",
    "ParentFilter",
    "RepositoryFilter",
    "RepositoryRef",
    "RepositoryUpsertInput",
    "Some",
    "TicketCreateInput",
    "TicketDeleteInput",
    "TicketFilter",
    "TicketOrder",
    "TicketPatch",
    "TicketPriorityFilter",
    "TicketRef",
    "TicketSetStatusInput",
    "TicketStatusFilter",
    "TicketTypeFilter",
    "TicketUpdateInput",
    "Url",
    "UserFilter",
    "UserRef",
    "UserUpsertInput",
    "given",
    "read_filter",
    "read_order",
]
