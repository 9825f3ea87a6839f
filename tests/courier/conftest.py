import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.central.admin import CentralAdmin
from tests.courier.courier_parts import CentreKeys, Loop, Site, make_site
from tests.sync.sync_parts import ROSTER, Centre, make_centre


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with make_site(tmp_path / "kiosk") as made:
        yield made


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    """A stick."""
    path = tmp_path / "stick"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre's state with its roster; copying it is faster than making one."""
    state = tmp_path_factory.mktemp("prepared") / "centre"
    with CentralAdmin(state, "file") as admin:
        path = state / "roster.json"
        path.write_text(json.dumps(ROSTER, ensure_ascii=False), "utf-8")
        admin.load_roster(path)
        admin.keyring()
    return state


@pytest.fixture
def loop(tmp_path: Path, medium: Path, prepared: Path) -> Iterator[Loop]:
    """A kiosk that seals, its centre without a server, and a stick between them."""
    shutil.copytree(prepared, tmp_path / "centre")
    with CentralAdmin(tmp_path / "centre", "file") as admin:
        yield from looped(Centre(tmp_path / "centre", None, admin), tmp_path, medium)


@pytest.fixture
def online_loop(tmp_path: Path, medium: Path, prepared: Path) -> Iterator[Loop]:
    """The same with a server."""
    shutil.copytree(prepared, tmp_path / "centre")
    with make_centre(tmp_path / "centre") as centre:
        yield from looped(centre, tmp_path, medium)


def looped(centre: Centre, tmp_path: Path, medium: Path) -> Iterator[Loop]:
    keys = CentreKeys.of(centre)
    with make_site(tmp_path / "looped", keys, keys.document) as site:
        centre.enrol(site.kiosk.signer)
        yield Loop(site, centre, medium)
