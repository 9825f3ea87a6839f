"""A PostgreSQL of the tests' own: one cluster for the session, in a folder of its own, reached by a socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

ACCOUNT = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this account."""
SUPERUSER = "centre"

QUICK = {"fsync": "off", "full_page_writes": "off"}
"""Where no test cuts the power, nothing has to reach the disk."""


def programs() -> Path | None:
    """The folder with ``initdb``; None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return folders[-1].parent if folders else None


def why_not() -> str:
    """Why there can be no cluster here; empty when there can."""
    if os.name != "posix":
        return "PostgreSQL is tested on POSIX only"
    if programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            return f"PostgreSQL does not run as root, and there is no account {ACCOUNT}"
    return ""


_EMPTY = """
    DO $$ DECLARE one text; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR one IN SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
            AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
    END $$"""
"""As a replica checks no foreign keys, the order of the tables does not matter."""


class Cluster:
    """One PostgreSQL server with any number of databases."""

    def __init__(self, settings: dict[str, str] = QUICK) -> None:
        found = programs()
        assert found is not None
        self._programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="xianglin-pg-"))
        self._account = ACCOUNT if os.geteuid() == 0 else None
        if self._account:
            shutil.chown(self.folder, self._account, self._account)
        self._settings = settings
        self._numbers = count(1)
        self.run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, program: str, *arguments: str, check: bool = True) -> str:
        """Run a program of PostgreSQL as the account that owns the cluster."""
        changed = {"user": self._account, "group": self._account, "extra_groups": []}
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
            **(changed if self._account else {}),
        )
        assert done.returncode == 0 or not check, done.stdout
        return done.stdout

    def start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "32MB",
            **self._settings,
        }
        options = " ".join(f"-c {name}={value!r}" for name, value in settings.items())
        log = self.folder / "log"
        # Its output goes to a file: a pipe would stay open for as long as the server runs.
        self.run("pg_ctl", "start", "-w", "-D", str(self.data), "-l", str(log), "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """``immediate`` is a crash, ``fast`` a tidy end."""
        self.run("pg_ctl", "stop", "-w", "-D", str(self.data), "-m", mode, check=False)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        made = URL.create(
            "postgresql", username=SUPERUSER, database=database, query={"host": str(self.folder)}
        )
        return made.render_as_string(hide_password=False)

    def execute(self, *statements: str, database: str = "postgres") -> Sequence[tuple]:
        """Run statements outside of a transaction; the rows of the last."""
        rows: Sequence[tuple] = ()
        address = {"host": str(self.folder), "user": SUPERUSER, "dbname": database}
        with psycopg.connect(**address, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else ()
        return rows

    def new_database(self) -> str:
        """An empty database; its URL."""
        name = f"centre_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def empty(self, url: str) -> None:
        """Take the rows out of a database, and whoever a test has left in it."""
        name = str(make_url(url).database)
        self.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        # Rows are few: to delete them takes a fifth of what TRUNCATE does, which makes new files for each table.
        self.execute(_EMPTY, database=name)
