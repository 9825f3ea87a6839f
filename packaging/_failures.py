"""Turn what pip, uv and venv print into one plain sentence and what to do."""

import re
from collections.abc import Sequence

_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device|Errno 28|not enough space on the disk",
        "The disk is full. Free about 3 GB and run the same command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|invalid peer certificate",
        "The package server's certificate was not believed. Check this machine's clock; behind a company "
        "proxy, give its certificate with PIP_CERT.",
    ),
    (
        r"407 Proxy|ProxyError|Cannot connect to proxy",
        "The proxy refused. Check HTTPS_PROXY and its password.",
    ),
    (
        r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Read timed out|NameResolutionError"
        r"|name resolution|Name or service not known|getaddrinfo failed|Network is unreachable"
        r"|Connection refused|Connection reset|RemoteDisconnected|Max retries exceeded"
        r"|error sending request|dns error|network was disabled|IncompleteRead|Failed to fetch|Could not connect",
        "The package server could not be reached. Check the network and run the same command again: what "
        "was fetched already is kept. A mirror that is nearer is given with PIP_INDEX_URL.",
    ),
    (
        r"Permission denied|Errno 13|Access is denied|WinError 5|Read-only file system",
        "Files in this checkout may not be written. Work in a folder of your own, and close programs that "
        "run from its .venv.",
    ),
    (
        r"No matching distribution found for|no wheels? with a matching|not a supported wheel",
        "A package has no build for this system and Python. Use 64-bit Python 3.11 to 3.13 on x86-64 or ARM64.",
    ),
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES|Hash mismatch",
        "A download arrived damaged. Run the same command again.",
    ),
    (
        r"Failed building wheel|subprocess-exited-with-error|command '.*(gcc|cl\.exe)' failed",
        "A package could not be built on this machine.",
    ),
)

_IMPORTANT = re.compile(r"^(ERROR|error|E:|×|╰|  ×|  ╰)|Error\b")


def cause(lines: Sequence[str]) -> str:
    """Name the cause in one plain sentence; the first that fits, most telling first."""
    text = "\n".join(lines)
    for pattern, sentence in _CAUSES:
        if re.search(pattern, text):
            return sentence
    return "The installer failed for a reason that this script does not know."


def explain(lines: Sequence[str], log: str) -> str:
    """Write the whole failure: cause, the installer's own last word, where the rest is."""
    important = [line.strip() for line in lines if _IMPORTANT.search(line)]
    said = important[-3:] or [line.strip() for line in lines if line.strip()][-3:]
    quoted = "\n".join(f"  | {line[:300]}" for line in said)
    return f"{cause(lines)}\n{quoted}\n  Everything it said: {log}"
