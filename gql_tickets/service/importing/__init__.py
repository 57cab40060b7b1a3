"""Imports: the tickets of a file, checked and written as a whole.

rows.py looks at rows by themselves; plan.py, people.py and trees.py hold them against what there is;
values.py says what is written, writing.py and comments.py write it, and run.py is all of it.
"""

from gql_tickets.service.importing.run import run

__all__ = ["run"]
