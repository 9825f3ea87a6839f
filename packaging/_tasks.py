"""The tasks themselves: what each needs, and what it starts when that is there."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from _apt import Apt, NotAllowed
from _console import Console, TaskError
from _environment import Environment, declared_extras
from _libraries import (
    OPTIONAL,
    Library,
    Purpose,
    consequences,
    missing_libraries,
    purposes_for_window,
    reasons,
)
from _process import hand_over
from _suite import (
    CONTRACTS,
    FORMAT,
    LINT,
    TESTS,
    TESTS_ALONE,
    TYPES,
    Check,
    offscreen,
    run_suite,
)

ROOT = Path(__file__).resolve().parent.parent

DECLINED = "xianglin-declined.txt"
"""Optional packages that could not be installed once; ``.venv`` remembers, so that no run waits again."""

MADE_FOLDERS = (
    ".venv",
    "build",
    "demo-output",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    ".hypothesis",
    "xianglin.egg-info",
)


@dataclass(frozen=True, slots=True)
class Task:
    """One word that the command line knows."""

    name: str
    summary: str
    """One line for the list."""
    run: Callable[["Workplace", list[str]], int]


class Workplace:
    """A checkout on a machine, which tasks prepare before they start anything."""

    def __init__(
        self,
        root: Path,
        console: Console,
        *,
        apt: Apt | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.root = root
        self.console = console
        self.apt = Apt(console) if apt is None else apt
        self.environment = environment or Environment(root, console)

    def prepare(self, extras: Sequence[str], purposes: frozenset[Purpose]) -> None:
        """Bring system libraries and Python packages up to what a task needs; quick when all is there.

        Raises:
            TaskError: something that the task cannot do without is missing.
        """
        due = bool(self.environment.reason_to_prepare(extras))
        if due and self.environment.needs_venv_module():
            purposes |= {Purpose.VENV}
        missing = missing_libraries(self.root, purposes, os.environ)
        if missing:
            self._install_libraries(missing, "1/4 " if due else "")
        elif due:
            self.console.say("1/4 system libraries  all there")
        if due:
            self.environment.prepare(extras, first_step=2, steps=4)
        if any(library.purpose.is_optional for library in missing):
            self._remember_declined()

    def _install_libraries(self, missing: Sequence[Library], step: str) -> None:
        names = [library.package for library in missing]
        required = [library for library in missing if not library.purpose.is_optional]
        if not required and self.apt.is_there and self._declined() >= set(names):
            self.console.say(f"{consequences(missing)} To have it all: {self.apt.advice(names)}")
            return
        self.console.say(f"This system lacks:\n{reasons(missing)}")
        if not self.apt.is_there:
            if required:
                raise TaskError(
                    "Install the packages of your system that hold them, and run the same command again."
                )
            self.console.say(consequences(missing))
            return
        label = f"{step}system libraries (apt-get)"
        try:
            self.apt.install(names, label)
        except NotAllowed as error:
            if required:
                raise
            self.console.say(f"{error}{consequences(missing)}")
            return
        except TaskError as error:
            if required and len(required) < len(missing):
                # One package that is not to be had must not keep the needed ones out.
                self.apt.install([library.package for library in required], label)
            elif required:
                raise
            self.console.say(f"{error}{consequences(missing)}")
        # A library that was just looked for in vain is looked for again: apt may have meant another.
        still = missing_libraries(
            self.root, frozenset(library.purpose for library in required), os.environ
        )
        if still:
            raise TaskError(f"Installed, and still not found:\n{reasons(still)}")

    def _declined(self) -> set[str]:
        try:
            return set((self.environment.venv / DECLINED).read_text("utf-8").split())
        except OSError:
            return set()

    def _remember_declined(self) -> None:
        still = missing_libraries(self.root, OPTIONAL, os.environ)
        file = self.environment.venv / DECLINED
        file.write_text("\n".join(library.package for library in still), "utf-8")

    def start(self, *arguments: str, environment: dict[str, str] | None = None) -> int:
        """Become the environment's Python with these arguments."""
        command = [str(self.environment.python), *arguments]
        return hand_over(command, cwd=self.root, env=environment or dict(os.environ))


def _kiosk(*words: str, draws: bool = True) -> Callable[[Workplace, list[str]], int]:
    def run(place: Workplace, arguments: list[str]) -> int:
        purposes = purposes_for_window(os.environ) if draws else frozenset[Purpose]()
        place.prepare(["demo"], purposes)
        return place.start("-m", "kiosk", *words, *arguments)

    return run


def _without_display() -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return environment | {"QT_QPA_PLATFORM": "offscreen"}


def _screenshots(place: Workplace, arguments: list[str]) -> int:
    environment = _without_display()
    place.prepare(["demo"], purposes_for_window(environment))
    return place.start("-m", "kiosk", "demo", *arguments, environment=environment)


def _suite(*checks: Check, tests: Sequence[Check] = ()) -> Callable[[Workplace, list[str]], int]:
    def run(place: Workplace, arguments: list[str]) -> int:
        needed = purposes_for_window(offscreen(os.environ))
        # Lint, types and contracts start no program.
        place.prepare(["test"], needed | {Purpose.TESTING} if tests else needed)
        # With arguments of one's own it is one process, as pytest itself would run.
        own = (Check("tests", ("pytest", *arguments)),)
        return run_suite(
            (*checks, *(own if arguments and tests else tests)),
            python=place.environment.python,
            root=place.root,
            console=place.console,
        )

    return run


BENCHES = {
    "visit": "start-up against a bare PySide6 window, enqueue rate against raw SQLite",
    "keyboard": "pinyin lookups against a plain prefix scan over the same words",
    "identity": "the face engine against plain face_recognition, the screen during a check",
    "catalogue": "loading the service definitions against reading the same files",
    "sync": "queue, slow links and the centre against bare SQLite, queue libraries and PouchDB",
}


def _bench(place: Workplace, arguments: list[str]) -> int:
    if not arguments or arguments[0] not in BENCHES:
        for name, summary in BENCHES.items():
            place.console.say(f"  bench {name}  {summary}")
        return 2
    extras = ["demo", "bench"] if arguments[0] == "sync" else ["demo"]
    place.prepare(extras, purposes_for_window(_without_display()))
    script = str(place.root / "packaging" / f"bench_{arguments[0]}.py")
    return place.start(script, *arguments[1:], environment=_without_display())


def _schema(place: Workplace, arguments: list[str]) -> int:
    place.prepare(["demo"], frozenset())
    return place.start(str(place.root / "packaging" / "build_schema.py"), *arguments)


def _train_dictionary(place: Workplace, arguments: list[str]) -> int:
    place.prepare(["demo"], frozenset())
    return place.start(str(place.root / "packaging" / "train_dictionary.py"), *arguments)


def _prepare(place: Workplace, arguments: list[str]) -> int:
    declared = declared_extras(place.root)
    unknown = [name for name in arguments if name not in declared]
    if unknown:
        raise TaskError(f"pyproject.toml has no {unknown[0]!r}; it has {', '.join(declared)}.")
    place.prepare(arguments or ["demo"], purposes_for_window(os.environ))
    place.console.say("Everything is there.")
    return 0


def _clean(place: Workplace, _arguments: list[str]) -> int:
    if Path(sys.prefix).resolve() == (place.root / ".venv").resolve():
        raise TaskError("This Python runs from .venv; run the task with the Python outside of it.")
    removed = []
    for name in MADE_FOLDERS:
        folder = place.root / name
        if folder.is_symlink() or not folder.is_dir():
            continue
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise TaskError(f"{name} cannot be removed: {error.strerror}.") from error
        removed.append(name)
    place.console.say(f"Removed: {', '.join(removed) or 'nothing, it was clean'}.")
    return 0


TASKS: tuple[Task, ...] = (
    Task(
        "demo",
        "prepare this machine and show one whole visit",
        _kiosk("demo"),
    ),
    Task(
        "test",
        "all that a change must pass; arguments go to pytest",
        _suite(LINT, FORMAT, TYPES, tests=(TESTS, TESTS_ALONE)),
    ),
    Task(
        "check",
        "the quick part of it: lint, types, import contracts",
        _suite(LINT, FORMAT, TYPES, CONTRACTS),
    ),
    Task("run", "start the kiosk", _kiosk("run")),
    Task("central", "start the reference centre on this machine", _kiosk("central", draws=False)),
    Task("doctor", "look at every part of this machine and say what to do", _kiosk("doctor")),
    Task("bench", "measure; `bench visit` compares with the bare libraries", _bench),
    Task("schema", "write the JSON Schema of service definitions anew", _schema),
    Task(
        "train-dictionary",
        "train a compression dictionary on made-up events",
        _train_dictionary,
    ),
    Task("screenshots", "the demo without a display: a picture of every page", _screenshots),
    Task("prepare", "only prepare this machine", _prepare),
    Task("clean", "remove what these tasks made, .venv included", _clean),
)
