"""`python -m gql_tickets`, the same as `gql-tickets`."""

from __future__ import annotations

from gql_tickets.cli import main

if __name__ == "__main__":
    main()
