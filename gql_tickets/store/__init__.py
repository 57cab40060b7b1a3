"""SQL and nothing but SQL. The only part that imports SQLAlchemy; one file an aggregate.

Every function takes a Connection first and the organization second: no statement reads or writes
beyond one tenant, but for the few that find the tenant (`organizations`, `api_keys`).
"""
