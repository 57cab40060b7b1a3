"""Why a database did not open, as a clause for its operator: no password, no SQL, no traceback."""

from __future__ import annotations

import errno
import re
import socket
import sqlite3
import ssl

import asyncpg

CONNECT_TIMEOUT_SECONDS = 3

_NOT_LET_IN = "it does not know the user, or the password is wrong"
_BY_STATE = {
    "28P01": _NOT_LET_IN,
    "53300": "it has no connection left; see `max_connections`",
    "57P03": "it is starting up or shutting down; try again in a moment",
}
_BY_ERRNO = {
    errno.ECONNREFUSED: "nothing listens there (is it running?)",
    errno.ENOENT: "there is no such socket (is it running?)",
    errno.EACCES: "the operating system does not permit it",
    errno.EHOSTUNREACH: "its host cannot be reached",
    errno.ENETUNREACH: "its network cannot be reached",
    errno.ECONNRESET: "it closed the connection",
}
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; look at its permissions and its folder's",
    sqlite3.SQLITE_READONLY: "the file cannot be written",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_FULL: "the disk is full",
}


def why_not_postgres(error: BaseException) -> str:
    """What kept a connection to PostgreSQL from being made."""
    if isinstance(error, asyncpg.PostgresError):
        # The server's own word names users and databases, and never a password.
        said = _first_line(error)
        return _BY_STATE.get(error.sqlstate or "", f"it answers {said!r}")
    if isinstance(error, TimeoutError):
        return f"there was no answer in {CONNECT_TIMEOUT_SECONDS} s"
    if isinstance(error, socket.gaierror):
        return "the name of its host cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its TLS certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    if isinstance(error, OSError):
        return _why_not_reached(error)
    return _first_line(error)


def why_not_sqlite(error: sqlite3.Error) -> str:
    """What kept a SQLite file from being opened."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _BY_SQLITE_CODE.get(code, _first_line(error))


def _why_not_reached(error: OSError) -> str:
    if "SSL upgrade" in str(error):
        return "it does not speak TLS, which the URL requires"
    # Of a name with several addresses, each has failed: asyncio only tells it in its text.
    number = error.errno or next(iter(map(int, re.findall(r"\[Errno (\d+)\]", str(error)))), 0)
    return _BY_ERRNO.get(number, error.strerror or type(error).__name__)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().partition("\n")[0] or type(error).__name__).rstrip(".:")
