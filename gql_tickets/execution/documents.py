"""Documents, read once: parsed, validated, measured and priced, and kept by their text.

A text is looked up by itself and nothing else, so a hit costs one dictionary. The oldest unused
ones are let go when there are too many, or too many tokens in all of them (a token of a tree takes
two kilobytes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from gql_tickets.execution.cost import Pricing, TooCostly
from gql_tickets.execution.limits import Limits, OverLimit, check_tree
from gql_tickets.execution.rules import Term
from gql_tickets.execution.text import check_text

TOKENS_KEPT_MAX = 30_000
VALIDATION_ERRORS_MAX = 20


class Operation:
    """One operation of a document, ready to be priced and run.

    `mutations` is how many it makes; `is_constant` says that it asks for nothing but what the schema
    is like, and so has one answer for as long as the schema lives.
    """

    __slots__ = ("_cost_max", "_term", "is_constant", "mutations", "name", "node", "type")

    def __init__(
        self, node: OperationDefinitionNode, mutations: int, term: Term, cost_max: int
    ) -> None:
        self.node = node
        self.mutations = mutations
        self.name = node.name.value if node.name else None
        self.type: OperationType = node.operation
        self.is_constant = not node.variable_definitions and all(
            isinstance(each, FieldNode) and each.name.value.startswith("__")
            for each in node.selection_set.selections
        )
        self._term = term
        self._cost_max = cost_max

    def cost(self, variables: Mapping[str, Any]) -> int:
        """What it may cost with these variables, in points. Raises TooCostly."""
        term = self._term
        if not isinstance(term, int):
            try:
                term = term(variables)
            except RecursionError:
                raise OverLimit("The variables are nested too deeply.") from None
        if term > self._cost_max:
            raise TooCostly(term, self._cost_max)
        return term


class Document:
    """A text as it was read: its tree and its operations, or what is wrong with it."""

    __slots__ = ("errors", "node", "operations", "tokens")

    def __init__(
        self,
        tokens: int,
        node: DocumentNode | None = None,
        operations: Sequence[Operation] = (),
        errors: Sequence[GraphQLError] = (),
    ) -> None:
        self.tokens = tokens
        self.node = node
        self.operations = {each.name: each for each in operations}
        self.errors = errors

    def operation(self, name: str | None) -> Operation:
        """The operation to run. Raises GraphQLError when that is not clear."""
        if name:
            if (named := self.operations.get(name)) is None:
                raise GraphQLError(f"The document holds no operation named {name!r}.")
            return named
        if len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if self.operations:
            raise GraphQLError("The document holds several operations: send operationName.")
        raise GraphQLError("The document holds no operation.")


class Documents:
    """The documents of one schema, the last used ones kept."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        rules: Sequence[type[ASTValidationRule]],
        *,
        kept_max: int = 1_000,
        suggestions: bool = False,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._rules = rules
        self._kept_max = kept_max
        self._suggestions = suggestions
        self._pricing = Pricing(schema)
        self._kept: dict[str, Document] = {}
        self._tokens_kept = 0
        self.read_count = 0
        self.parsed_count = 0

    @property
    def kept_count(self) -> int:
        """How many are kept just now."""
        return len(self._kept)

    def read(self, text: str) -> Document:
        """The document of a text, which may be one that holds nothing but errors."""
        self.read_count += 1
        kept = self._kept
        document = kept.pop(text, None)
        if document is None:
            self.parsed_count += 1
            document = self._read(text)
            if len(text) > self._limits.bytes_max:
                return document
            self._tokens_kept += document.tokens
            while kept and (len(kept) >= self._kept_max or self._tokens_kept > TOKENS_KEPT_MAX):
                self._tokens_kept -= kept.pop(next(iter(kept))).tokens
        kept[text] = document  # again, so that it is the last one to go
        return document

    def _read(self, text: str) -> Document:
        tokens = 1
        try:
            tokens = check_text(text, self._limits)
            node = parse(text, max_lexical_tokens=self._limits.tokens_max)
            mutations = check_tree(node, self._limits)
            errors = validate(
                self._schema,
                node,
                self._rules,
                max_errors=VALIDATION_ERRORS_MAX,
                hide_suggestions=not self._suggestions,
            )
            if errors:
                return Document(tokens, errors=errors)
            nodes = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
            operations = [
                Operation(each, count, self._pricing.of(node, each), self._limits.cost_max)
                for each, count in zip(nodes, mutations, strict=True)
            ]
        except GraphQLError as error:
            # What is kept must not keep the frames that it came through.
            return Document(tokens, errors=[error.with_traceback(None)])
        return Document(tokens, node, operations)
