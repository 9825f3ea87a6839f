"""Step 3: print jobs, receipt numbers in blocks, and the centre's certificate for this device."""

from sqlite_utils import Database

FIRST_BLOCK = 2000
"""Every device begins with 1 to 2000 and need not ask for them. The centre counts on it: ``sync/PROTOCOL.md``."""


def print_jobs_and_receipt_blocks(database: Database) -> None:
    """Replace the receipt counter by blocks; add the tables beside it."""
    statements = (
        """CREATE TABLE receipt_block (
            first INTEGER PRIMARY KEY, last INTEGER NOT NULL, next INTEGER NOT NULL,
            is_emergency INTEGER NOT NULL DEFAULT 0,
            CHECK (first <= last AND next BETWEEN first AND last + 1))""",
        # A counter that ran past the first block goes on behind it.
        f"""INSERT INTO receipt_block (first, last, next)
            SELECT 1, max({FIRST_BLOCK}, last_used), last_used + 1 FROM receipt_counter""",  # noqa: S608
        "DROP TABLE receipt_counter",
        """CREATE TABLE device_certificate (
            only_row INTEGER PRIMARY KEY CHECK (only_row = 1), certificate BLOB NOT NULL, received_at TEXT NOT NULL)""",
        # printout is emptied when the paper is out or given up: it holds personal data.
        """CREATE TABLE print_job (
            job_no INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            printout TEXT NOT NULL, submitted_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            may_be_out INTEGER NOT NULL DEFAULT 0, error_code TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'printed', 'given_up', 'expired')))""",
        "CREATE INDEX print_job_waiting ON print_job (job_no) WHERE state = 'waiting'",
    )
    for statement in statements:
        database.execute(statement)
