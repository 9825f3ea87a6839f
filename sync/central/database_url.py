"""Where the centre's database is: its own encrypted SQLite file, or a PostgreSQL that a URL names.

A password in the command line can be read by every user of the machine (``ps``), so there it is refused. It may stand
in the variable, in a file that only the centre's user can read, or where libpq looks by itself: ``PGPASSFILE``,
``~/.pgpass`` or ``PGSERVICE``.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from sync.errors import SyncError

URL_VARIABLE = "XIANGLIN_CENTRAL_DATABASE"
FILE_VARIABLE = "XIANGLIN_CENTRAL_DATABASE_FILE"
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_MAXIMUM_BYTES = 4096


class DatabaseUrlRefused(SyncError):
    """The database's URL cannot or must not be used as it was given; the text never holds the password."""

    code = "SYN-603"


def told_url(argument: str | None, environment: Mapping[str, str]) -> str:
    """The URL that the administrator gave; the command line goes before the variables.

    Returns:
        a URL, or nothing for the embedded database.
    Raises:
        DatabaseUrlRefused: a password in the command line, a file that others can read, or no such URL.
    """
    if argument:
        if parse_url(argument).password is not None:
            raise DatabaseUrlRefused(
                f"a password in the command line can be read by others: put the URL into {URL_VARIABLE} or a file"
            )
        return argument
    url = environment.get(URL_VARIABLE) or _read(environment.get(FILE_VARIABLE, ""))
    if url:
        parse_url(url)
    return url


def parse_url(text: str) -> URL:
    """Read a PostgreSQL URL.

    Raises:
        DatabaseUrlRefused: it is none.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Without the cause: its text holds the password.
        raise DatabaseUrlRefused("the database's URL cannot be read") from None
    if url.drivername not in _SCHEMES:
        raise DatabaseUrlRefused("the database's URL does not begin with postgresql://")
    return url.set(drivername="postgresql+psycopg")


def _read(name: str) -> str:
    if not name:
        return ""
    path = Path(name)
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
        with open(os.open(path, flags), encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise DatabaseUrlRefused(f"{path.name} can be read by others: chmod 600 it")
            return file.read(_MAXIMUM_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseUrlRefused(f"{path.name} cannot be read") from error
