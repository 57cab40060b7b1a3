"""The schema's input types. Both doors build them; to_domain() says them in the domain's words."""

from strawberry import Some

from gql_tickets.inputs import enums  # first: the types below are made of what it describes
from gql_tickets.inputs.bulk import (
    BulkMatch,
    BulkTargets,
    TicketBulkCreateInput,
    TicketBulkDeleteInput,
    TicketBulkUpdateInput,
)
from gql_tickets.inputs.comments import CommentCreateInput, CommentDeleteInput, CommentUpdateInput
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
    BoardPlace,
    LabelDeleteInput,
    LabelsEdit,
    LabelsPatch,
    LabelUpsertInput,
    RepositoryUpsertInput,
    TicketCreateInput,
    TicketDeleteInput,
    TicketMoveInput,
    TicketPatch,
    TicketSetStatusInput,
    TicketUpdateInput,
    UserUpsertInput,
)
from gql_tickets.inputs.orders import TicketOrder, read_order
from gql_tickets.inputs.references import RepositoryRef, TicketRef, UserRef

OrderDirection = enums.OrderDirection

__all__ = [
    "ApiKeyCreateInput",
    "ApiKeyRevokeInput",
    "BoardPlace",
    "BulkMatch",
    "BulkTargets",
    "CommentCreateInput",
    "CommentDeleteInput",
    "CommentUpdateInput",
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
    "TicketBulkCreateInput",
    "TicketBulkDeleteInput",
    "TicketBulkUpdateInput",
    "TicketCreateInput",
    "TicketDeleteInput",
    "TicketFilter",
    "TicketMoveInput",
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
