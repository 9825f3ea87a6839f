from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.courier.courier_parts import CentreKeys, Loop, Site, make_site
from tests.sync.sync_parts import ROSTER, make_centre


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


@pytest.fixture
def loop(tmp_path: Path, medium: Path) -> Iterator[Loop]:
    """A kiosk that seals, its centre, and a stick between them."""
    with make_centre(tmp_path / "centre") as centre:
        centre.load(ROSTER)
        keys = CentreKeys.of(centre)
        with make_site(tmp_path / "looped", keys, keys.document) as site:
            centre.enrol(site.kiosk.signer)
            yield Loop(site, centre, medium)
