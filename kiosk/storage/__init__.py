"""The encrypted database behind the kiosk's ports."""

# Before any module here imports sqlite_utils: this makes it catch SQLCipher's own exception classes.
import sync.sqlcipher  # noqa: F401
