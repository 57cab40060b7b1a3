"""What schemathesis is to find at the GraphQL door beside what it looks for by itself."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

from gql_tickets.errors import ErrorCode

CALLERS = {code.value for code in ErrorCode} - {"INTERNAL_ERROR", "UNAVAILABLE"}


@schemathesis.check
def every_error_is_the_callers(_ctx: CheckContext, response: Response, _case: Case[Any]) -> None:
    """No status of 500 and above, and each error has a code that is no fault of ours."""
    assert response.status_code < 500
    for error in response.json().get("errors", ()):
        assert error["extensions"]["code"] in CALLERS, error
        assert "Strawberry" not in error["message"], error
