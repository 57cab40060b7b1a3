"""GraphQL over HTTP: Strawberry's view, with our credentials, our codes and our JSON.

Introspection and `__typename` need no key. A bad key is refused before anything runs; a missing
one as soon as a real field asks who is calling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse

from gql_tickets.context import GRAPHQL_LIMITS, Context, context_for
from gql_tickets.errors import ErrorCode, TicketsError
from gql_tickets.schema.schema import build_schema
from gql_tickets.settings import Settings

_ALLOW = {"Allow": "GET, POST"}
_STATUS: dict[str, tuple[int, Mapping[str, str]]] = {
    "AUTH_REQUIRED": (401, {"WWW-Authenticate": "Bearer"}),
    "INVALID_TOKEN": (401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}),
    "API_KEY_EXPIRED": (401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}),
    "API_KEY_DISABLED": (403, {}),
    "UNAVAILABLE": (503, {"Retry-After": "1"}),
}
"""Failures of a request that HTTP has a word for. All others are 200 with `errors`, as GraphQL has it."""


def build_view(settings: Settings) -> GraphQLView:
    """The ASGI application behind /graphql."""
    return GraphQLView(
        build_schema(),
        graphql_ide="graphiql" if settings.graphiql else None,
        subscription_protocols=(),
    )


class GraphQLView(GraphQL[Context, None]):
    """One request, one context, one answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; also when the request was refused before its document was read."""
        try:
            response = await self.run(Request(scope, receive))
        except TicketsError as error:
            response = self._refusal(error.message, error.extensions)
        except HTTPException as error:
            response = self._malformed(error)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Any) -> Context:
        """The caller, and fresh loaders."""
        del response
        return await context_for(request, GRAPHQL_LIMITS)

    def should_render_graphql_ide(self, request: Any) -> bool:
        """GraphiQL is for browsers, which say that they want HTML."""
        return (
            request.method == "GET"
            and request.query_params.get("query") is None
            and "text/html" in request.headers.get("accept", "")
        )

    def parse_json(self, data: str | bytes) -> Any:
        """The body, which must be a JSON object."""
        try:
            body = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise HTTPException(400, "The body must be JSON, in UTF-8.") from error
        if not isinstance(body, dict):
            raise HTTPException(400, "The body must be a JSON object with `query`.")
        if not isinstance(body.get("operationName"), str | None):
            raise HTTPException(400, "`operationName` must be a string or null.")
        return body

    def encode_json(self, data: object) -> bytes:
        """As fast as it gets."""
        return msgspec.json.encode(data)

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """The answer; with the status of a failed request when its failure concerns all of it."""
        response = super().create_response(response_data, sub_response)
        if isinstance(response_data, dict):
            errors: list[Any] = response_data.get("errors") or []
            for error in errors:
                code = error["extensions"]["code"]
                if code == "AUTH_REQUIRED" or (code in _STATUS and response_data["data"] is None):
                    return self._refusal(error["message"], error["extensions"], error)
        return response

    def _refusal(
        self,
        message: str,
        extensions: Mapping[str, Any],
        error: Mapping[str, Any] | None = None,
    ) -> Response:
        status, headers = _STATUS.get(extensions["code"], (400, {}))
        shown = error or {"message": message, "extensions": extensions}
        return self._answer({"data": None, "errors": [shown]}, status, headers)

    def _malformed(self, error: HTTPException) -> Response:
        wrong_method = error.status_code == 405
        code = ErrorCode.METHOD_NOT_ALLOWED if wrong_method else ErrorCode.VALIDATION_FAILED
        shown = {"message": error.reason, "extensions": {"code": code.value}}
        return self._answer({"errors": [shown]}, error.status_code, _ALLOW if wrong_method else {})

    def _answer(self, body: object, status: int, headers: Mapping[str, str]) -> Response:
        return Response(
            self.encode_json(body), status, headers=dict(headers), media_type="application/json"
        )
