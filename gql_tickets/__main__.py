"""`python -m gql_tickets`, the same as `gql-tickets`."""

from __future__ import annotations

import sys

try:
    from gql_tickets.cli import main
except KeyboardInterrupt:  # the imports take a moment, in which one may change one's mind
    sys.exit(130)

if __name__ == "__main__":
    main()
