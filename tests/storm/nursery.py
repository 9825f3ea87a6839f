"""Starts kiosks and centres in a few milliseconds: everything is imported once, then forked for each life.

Of a hundred restarts with two seconds of imports each, three minutes would be imports. Each line on the standard
input is a JSON list: module, arguments, and the file for the output; the answer is the number of the process.
``["reap", number]`` answers how it ended.
"""

import gc
import importlib
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

MODULES = ("kiosk.__main__", "sync.central.cli", "tests.storm.kiosk_process", "uvicorn.lifespan.on")


def main() -> None:
    """Fork what is asked for; no thread may run here."""
    for name in (*MODULES, "uvicorn.protocols.http.auto", "uvicorn.loops.auto"):
        importlib.import_module(name)
    warm_up()
    # A collection in a child would copy every page that is shared so far.
    gc.collect()
    gc.freeze()
    answer({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        if asked[0] == "reap":
            _, status = os.waitpid(asked[1], 0)
            answer({"code": os.waitstatus_to_exitcode(status)})
        else:
            answer({"process": fork(*asked)})


def warm_up() -> None:
    """What is imported or compiled only at the first use of a centre and of a kiosk's services."""
    from kiosk.catalogue_sources import load_catalogue
    from sync.central.app import create_app
    from sync.central.settings import CentralSettings

    with tempfile.TemporaryDirectory() as folder:
        create_app(CentralSettings(Path(folder), port=0, key_provider="file"))
    load_catalogue(None)


def answer(value: dict) -> None:
    """One line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def fork(module: str, arguments: list[str], output: str) -> int:
    """A child that runs the module's ``main``."""
    number = os.fork()
    if number:
        return number
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(nothing, 0)
        os.dup2(written, 1)
        os.dup2(written, 2)
        function = importlib.import_module(module).main
        code = function(arguments) if module == "kiosk.__main__" else function(*arguments)
        os._exit(code or 0)
    except BaseException:  # noqa: BLE001  (whatever it is, the child must not go on as the nursery)
        traceback.print_exc()
        os._exit(70)


if __name__ == "__main__":
    main()
