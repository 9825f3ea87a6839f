"""Make ``.venv`` what pyproject.toml asks for, and notice at once when it already is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from _console import Console, Step, TaskError
from _failures import explain
from _installer import Installer, find_uv, install, pip_installer, uv_installer
from _lock import preparation_lock
from _process import IS_WINDOWS, follow
from _stamp import Stamp, current_stamp, outdated_reason, python_tag, read_project, site_packages

STAMP = "xianglin-stamp.json"
UNFINISHED = "xianglin-unfinished"
"""Stands in ``.venv`` from the first change to the last check: found at a start, the last one was cut off."""


def base_python() -> str:
    """The Python outside any virtual environment."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(getattr(sys, "_base_executable", sys.executable))


class Environment:
    """The virtual environment of one checkout."""

    def __init__(
        self,
        root: Path,
        console: Console,
        *,
        uv: Callable[[], str | None] = find_uv,
    ) -> None:
        self.root = root
        self.venv = root / ".venv"
        self._console = console
        self._uv = uv

    @property
    def python(self) -> Path:
        """The environment's own Python."""
        if IS_WINDOWS:
            return self.venv / "Scripts" / "python.exe"
        return self.venv / "bin" / "python"

    def stamp(self) -> Stamp | None:
        """What the last finished preparation left; None when there was none."""
        if (self.venv / UNFINISHED).exists():
            return None
        try:
            return Stamp.from_json((self.venv / STAMP).read_text("utf-8"))
        except OSError:
            return None

    def reason_to_prepare(self, extras: Iterable[str]) -> str:
        """Tell in words why a preparation is due; empty when all is there. Starts nothing."""
        if not self.venv.exists():
            return "there is none yet"
        if not self.python.exists():
            return "its Python is gone"
        return outdated_reason(self.stamp(), current_stamp(self.root, self.venv, extras))

    def needs_venv_module(self) -> bool:
        """Whether the next preparation makes an environment with Python's own venv module."""
        return self._uv() is None and not self._has_pip()

    def prepare(self, extras: Iterable[str], first_step: int = 1, steps: int = 3) -> None:
        """Bring ``.venv`` up to what the extras need; repairs what an interrupted run left.

        Raises:
            TaskError: it could not be done; the text says why and what to do.
        """
        wanted = set(extras)
        with preparation_lock(self.root, self._console):
            reason = self.reason_to_prepare(wanted)
            if not reason:
                return
            self._console.say(f"Preparing .venv: {reason}.")
            if (self.venv / UNFINISHED).exists():
                self._console.say("The last preparation was cut off; this one goes on from there.")
            wanted |= set(self._extras_kept())
            titles = ("virtual environment", "Python packages", "check every file")
            labels = [f"{first_step + i}/{steps} {title}" for i, title in enumerate(titles)]
            self._make_venv(labels[0])
            self._fill(labels, wanted)
            self._finish(wanted)

    def _extras_kept(self) -> tuple[str, ...]:
        """Extras of the last preparation that pyproject.toml still has: nobody's tools are taken away."""
        old = self.stamp()
        declared = declared_extras(self.root)
        return tuple(extra for extra in (old.extras if old else ()) if extra in declared)

    def _make_venv(self, label: str) -> None:
        with self._console.step(label) as step:
            fault = self._venv_fault()
            if not fault:
                step.detail = "kept"
            else:
                self._remove(fault)
            self._mark_unfinished()
            # Over a sound one this only writes the activation scripts anew, for a moved checkout.
            uv = self._uv()
            if uv is not None and not fault:
                return
            if uv is not None:
                command = [uv, "venv", "--allow-existing", "--python", base_python()]
            else:
                command = [base_python(), "-m", "venv"]
                if not fault and self._has_pip():
                    command.append("--without-pip")
            code, lines = follow([*command, str(self.venv)], cwd=self.root)
        if code != 0:
            log = self.venv / "prepare.log"
            log.write_text("\n".join(lines), "utf-8")
            raise TaskError(
                "The virtual environment could not be made. "
                + explain(lines, str(log.relative_to(self.root)))
            )

    def _venv_fault(self) -> str:
        """Tell why ``.venv`` has to be made from nothing; empty when it can be kept.

        Raises:
            TaskError: ``.venv`` is something else that somebody may want to keep.
        """
        if not self.venv.exists():
            return "there is none"
        is_ours = (self.venv / "pyvenv.cfg").exists() or (self.venv / UNFINISHED).exists()
        if not is_ours and any(self.venv.iterdir()):
            raise TaskError(
                "The folder .venv is no virtual environment. Move it away and run the same command again."
            )
        if not self.python.exists():
            return "its Python is gone"
        program = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
        program += "from _stamp import python_tag; print(python_tag())"
        code, lines = follow([str(self.python), "-c", program])
        if code != 0:
            return "its Python does not start"
        found = lines[-1] if lines else ""
        return "" if found == python_tag() else f"it was made by {found}"

    def _has_pip(self) -> bool:
        site = site_packages(self.venv)
        return self.python.exists() and site is not None and (site / "pip").is_dir()

    def _remove(self, fault: str) -> None:
        if not self.venv.exists():
            return
        if Path(sys.prefix).resolve() == self.venv.resolve():
            raise TaskError(
                f"The virtual environment has to be made anew ({fault}), and this very Python runs from it. "
                f"Run the command with the Python outside: {base_python()} packaging/tasks.py"
            )
        try:
            shutil.rmtree(self.venv)
        except OSError as error:
            raise TaskError(
                f"The old virtual environment ({fault}) cannot be removed: {error.strerror}. "
                "Close programs that run from it, remove the folder .venv, and run the same command again."
            ) from error

    def _mark_unfinished(self) -> None:
        try:
            self.venv.mkdir(exist_ok=True)
            (self.venv / UNFINISHED).touch()
            (self.venv / STAMP).unlink(missing_ok=True)
            (self.venv / "prepare.log").unlink(missing_ok=True)
        except OSError as error:
            raise TaskError(
                f"This checkout cannot be written to ({error.strerror}). Copy it to a folder of your own."
            ) from error

    def _fill(self, labels: list[str], extras: set[str]) -> None:
        installer = self._install_project(labels[1], extras)
        with self._console.step(labels[2]) as step:
            damaged = self._damaged()
            for name, version, file in damaged:
                step.detail = f"repairing {name or file}"
                self._repair(installer, name, version, step)
            if damaged and self._damaged():
                raise TaskError(
                    "Installed files are damaged and could not be repaired. Run "
                    "`python3 packaging/tasks.py clean` and the same command again."
                )

    def _install_project(self, label: str, extras: set[str]) -> Installer:
        arguments = ["--editable", f".[{','.join(sorted(extras))}]"]
        uv = self._uv()
        if uv is not None:
            installer = uv_installer(uv, self.python)
            try:
                with self._console.step(f"{label} (uv)") as step:
                    install(installer, arguments, root=self.root, venv=self.venv, step=step)
            except TaskError as error:
                # uv reads none of pip's settings: a mirror that is set for pip only is such a case.
                self._console.say(f"uv did not manage, so pip tries.\n{error}")
                with self._console.step(f"{label} (pip itself)"):
                    follow([str(self.python), "-m", "ensurepip", "--default-pip"])
            else:
                return installer
        installer = pip_installer(self.python)
        with self._console.step(label) as step:
            install(installer, arguments, root=self.root, venv=self.venv, step=step)
        return installer

    def _damaged(self) -> list[tuple[str, str, str]]:
        script = Path(__file__).with_name("_verify.py")
        answer = subprocess.run([str(self.python), str(script)], capture_output=True, check=False)
        if answer.returncode != 0:
            raise TaskError(
                "The virtual environment's Python does not work. Run "
                "`python3 packaging/tasks.py clean` and the same command again."
            )
        return [(str(n), str(v), str(f)) for n, v, f in json.loads(answer.stdout)]

    def _repair(self, installer: Installer, name: str, version: str, step: Step) -> None:
        if not name:
            return
        arguments = [*installer.reinstall, f"{name}=={version}"]
        if name == "xianglin":
            arguments = [*installer.reinstall, "--editable", "."]
        install(installer, arguments, root=self.root, venv=self.venv, step=step)

    def _finish(self, extras: set[str]) -> None:
        text = current_stamp(self.root, self.venv, extras).to_json()
        unfinished = self.venv / (STAMP + ".new")
        unfinished.write_text(text, "utf-8")
        os.replace(unfinished, self.venv / STAMP)
        (self.venv / UNFINISHED).unlink(missing_ok=True)


def declared_extras(root: Path) -> tuple[str, ...]:
    """List the extras that pyproject.toml offers."""
    return tuple(read_project(root)["project"].get("optional-dependencies", {}))
