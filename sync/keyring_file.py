"""A keyring as a file that staff carry; whoever put it on the stick is not to be trusted with more than its bytes."""

import os
import stat
from pathlib import Path

from sync.errors import KeyringRefused
from sync.keyring import MAXIMUM_KEYRING_BYTES


def read_keyring_file(path: Path) -> bytes:
    """Read the document; it is not believed yet.

    Raises:
        KeyringRefused: no plain file, too large, or it cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        # Not to hang on a pipe that lies there.
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise KeyringRefused("the keyring is no plain file")
            document = file.read(MAXIMUM_KEYRING_BYTES + 1)
    except OSError as error:
        raise KeyringRefused(f"{path.name} cannot be read: {error.strerror}") from error
    if len(document) > MAXIMUM_KEYRING_BYTES:
        raise KeyringRefused("the keyring is too large")
    return document
