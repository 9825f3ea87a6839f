import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from accessibility import scratch

NOBODY = 4_194_305
"""Above the largest process id of Linux."""


def _left(root: Path, age_s: float) -> Path:
    folder = root / f"xianglin-voice-{NOBODY}-a"
    folder.mkdir()
    then = time.time() - age_s
    os.utime(folder, (then, then))
    return folder


@pytest.mark.parametrize(("age_s", "is_removed"), [(60.0, False), (7200.0, True)])
def test_sweep_removes_only_old_folders_when_the_owner_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, is_removed: bool
) -> None:
    folder = _left(tmp_path, age_s)
    windows = SimpleNamespace(name="nt", getpid=os.getpid)  # no kill: asking would end the process
    monkeypatch.setattr(scratch, "os", windows)
    assert scratch.sweep_scratch(tmp_path) == is_removed
    assert folder.exists() != is_removed


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot be asked whether a process runs")
def test_sweep_removes_a_new_folder_when_its_owner_is_gone(tmp_path: Path) -> None:
    folder = _left(tmp_path, 0.0)
    assert scratch.sweep_scratch(tmp_path) == 1
    assert not folder.exists()


def test_sweep_leaves_the_folder_that_is_in_use(tmp_path: Path) -> None:
    with scratch.scratch_folder(tmp_path) as folder:
        assert scratch.sweep_scratch(tmp_path) == 0
        assert folder.is_dir()
