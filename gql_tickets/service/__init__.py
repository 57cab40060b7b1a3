"""What the product does: rules and transactions. No SQL, no web framework.

Functions take `(store, actor, *, domain arguments)`, from general to specific. One function is one
transaction; what it changes is written down beside the change, and nobody else commits.
"""
