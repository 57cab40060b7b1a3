"""What an operation may cost at most, counted before it runs.

Every object costs 1, every scalar nothing, a mutation 10, an item of a list in an argument 1; what
is within a list counts once for each item that the list can hold. Fields that are merged in the
answer count once. @skip and @include are taken for selected. The sum is made ready when a document
is first seen (`Pricing.of`), and is then a number, or a few sums over the variables' values.

Introspection costs nothing, but may be no larger than twice the query that tools send.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
    parse,
    value_from_ast_untyped,
)

from gql_tickets.execution.limits import OverLimit
from gql_tickets.execution.rules import Price, Rule, Rules, Term

VISITS_MAX = 10_000
INTROSPECTION_TIMES_MAX = 2
COST_SHOWN_MAX = 2**31 - 1
"""Pages of pages multiply beyond any number of JSON; GraphQL's own Int ends here."""


class TooCostly(GraphQLError):
    """The operation could cost more than is allowed. Nothing of it was run."""

    def __init__(self, cost: int, cost_max: int) -> None:
        self.cost = cost = min(cost, COST_SHOWN_MAX)
        self.cost_max = cost_max
        super().__init__(f"The operation could cost {cost:,} points; {cost_max:,} are allowed.")


class Pricing:
    """The prices of one schema. Made once: it reads the schema's directives."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._rules = Rules(schema)
        document = parse(get_introspection_query(input_value_deprecation=True))
        standard = _Sum(self._schema, self._rules, document)
        standard.of(document.definitions[0])  # type: ignore[arg-type]
        self._introspection_max = INTROSPECTION_TIMES_MAX * standard.introspected

    def of(self, document: DocumentNode, operation: OperationDefinitionNode) -> Term:
        """The price of an operation of a valid document: points, or how to count them.

        Raises OverLimit for an introspection that is out of all proportion.
        """
        price = _Sum(self._schema, self._rules, document)
        term = price.of(operation)
        if price.introspected > self._introspection_max:
            raise OverLimit("The introspection asks for more than tools need.")
        return term


class _Sum:
    """Adds one operation up."""

    def __init__(self, schema: GraphQLSchema, rules: Rules, document: DocumentNode) -> None:
        self.introspected = 0
        self._schema = schema
        self._rules = rules
        self._visits = 0
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> Term:
        root = self._schema.get_root_type(operation.operation)
        if root is None:  # execution says so
            return 0
        term = self._selections(root, [operation.selection_set], {})
        if isinstance(term, int):
            return term
        defaults = {
            node.variable.name.value: value_from_ast_untyped(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        }
        return (lambda variables: term({**defaults, **variables})) if defaults else term

    def _selections(
        self,
        parent: GraphQLCompositeType,
        sets: list[SelectionSetNode],
        sizes: Mapping[str, Term],
    ) -> Term:
        """All that is selected of one object; of one that may be of several types, the dearest."""
        if not is_abstract_type(parent):
            return self._object(parent, sets, sizes)
        return _dearest(
            self._object(possible, sets, sizes) for possible in self._possible(parent, sets)
        )

    def _possible(
        self, parent: GraphQLAbstractType, sets: list[SelectionSetNode]
    ) -> Iterable[GraphQLCompositeType]:
        """The types that the selection tells apart; the abstract type itself when it tells none."""
        if not any(_has_fragments(each) for each in sets):
            return [parent]
        return self._schema.get_possible_types(parent)

    def _object(
        self,
        parent: GraphQLCompositeType,
        sets: list[SelectionSetNode],
        sizes: Mapping[str, Term],
    ) -> Term:
        merged: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for each in sets:
            self._collect(parent, each, merged, seen)
        return _total(self._field(parent, nodes, sizes) for nodes in merged.values())

    def _collect(
        self,
        parent: GraphQLCompositeType,
        selection_set: SelectionSetNode,
        merged: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selection_set.selections:
            self._visit()
            if isinstance(node, FieldNode):
                merged.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, parent):
                    self._collect(parent, node.selection_set, merged, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, parent):
                    self._collect(parent, fragment.selection_set, merged, seen)

    def _applies(self, condition: str, parent: GraphQLCompositeType) -> bool:
        type_ = self._schema.type_map[condition]
        if type_ is parent or not is_object_type(parent):
            return True
        return is_abstract_type(type_) and self._schema.is_sub_type(type_, parent)

    def _field(
        self, parent: GraphQLCompositeType, nodes: list[FieldNode], sizes: Mapping[str, Term]
    ) -> Term:
        node = nodes[0]
        name = node.name.value
        field = self._schema.get_field(parent, name)
        if field is None or name == "__typename":
            return 0
        rule = self._rules.of(parent, name, field)
        below = self._below(field, nodes, rule)
        if name in {"__schema", "__type"}:
            self.introspected += below if isinstance(below, int) else 0
            return 0
        size = sizes.get(name)
        if size is None and not rule.sized_fields:
            size = rule.size(node)
        item = _total((rule.weight, below))
        return _total((_times(size, item), rule.input(node)))

    def _below(self, field: GraphQLField, nodes: list[FieldNode], rule: Rule) -> Term:
        type_ = get_named_type(field.type)
        if not is_composite_type(type_):
            return 0
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        size = rule.size(nodes[0]) if rule.sized_fields else None
        sizes = dict.fromkeys(rule.sized_fields, size) if size is not None else {}
        return self._selections(type_, sets, sizes)

    def _visit(self) -> None:
        self._visits += 1
        if self._visits > VISITS_MAX:
            raise OverLimit("The document is too large once its fragments are in place.")


def _has_fragments(selection_set: SelectionSetNode) -> bool:
    return any(not isinstance(node, FieldNode) for node in selection_set.selections)


def _total(terms: Iterable[Term]) -> Term:
    """The sum: a number when all of them are."""
    fixed, open_ = _split(terms)
    if not open_:
        return fixed
    return lambda variables: fixed + sum(term(variables) for term in open_)


def _dearest(terms: Iterable[Term]) -> Term:
    """The greatest: a number when all of them are."""
    every = list(terms)
    if all(isinstance(term, int) for term in every):
        return max(every, default=0)  # type: ignore[type-var]
    return lambda variables: max(
        term if isinstance(term, int) else term(variables) for term in every
    )


def _times(size: Term | None, term: Term) -> Term:
    """The product: a number when both are."""
    if size is None:
        return term
    if isinstance(size, int) and isinstance(term, int):
        return size * term
    if isinstance(term, int) and not term:
        return 0
    return lambda variables: (
        (size if isinstance(size, int) else size(variables))
        * (term if isinstance(term, int) else term(variables))
    )


def _split(terms: Iterable[Term]) -> tuple[int, list[Price]]:
    fixed, open_ = 0, []
    for term in terms:
        if isinstance(term, int):
            fixed += term
        else:
            open_.append(term)
    return fixed, open_
