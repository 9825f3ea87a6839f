"""Find packages whose files are gone or cut short; run by the Python whose packages are in doubt.

An installation that was interrupted by a power cut leaves packages that pip believes complete. Each
package's RECORD lists its files with their sizes: comparing them takes a second and reads no content.
Prints a JSON list of ``[name, version, first bad file]``.
"""

import importlib.metadata
import json
import os
import sys


def first_bad_file(distribution: importlib.metadata.Distribution) -> str:
    """Name the first file that is missing or shorter or longer than recorded; empty when all are sound."""
    if distribution.read_text("PKG-INFO") is not None:
        return ""  # an .egg-info of old tools: it lists sources, not what was installed
    files = distribution.files
    if files is None:
        return "RECORD"
    for file in files:
        # Compiled files come and go; scripts hold the interpreter's path and change with it.
        if file.suffix == ".pyc" or ".." in file.parts:
            continue
        try:
            size = os.stat(str(file.locate())).st_size
        except OSError:
            return str(file)
        if file.size is not None and size != file.size:
            return str(file)
    return ""


def main() -> int:
    """Print the damaged packages; always 0, so that any other code means a broken Python."""
    damaged = []
    for distribution in importlib.metadata.distributions():
        bad = first_bad_file(distribution)
        if bad:
            # Cut short, a METADATA file may hold no name.
            fields = distribution.read_text("METADATA") or ""
            name = distribution.name if "\nName:" in fields else ""
            damaged.append([name, distribution.version if name else "", bad])
    json.dump(damaged, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
