from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.http_transport import HttpTransport
from tests.sync.sender import Sender
from tests.sync.sync_parts import ROSTER, Centre, Kiosk, make_centre, make_kiosk


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path / "kiosk") as made:
        yield made


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with make_centre(tmp_path / "centre") as made:
        made.load(ROSTER)
        yield made


@pytest.fixture
def transport(centre: Centre, kiosk: Kiosk) -> Iterator[HttpTransport]:
    """The kiosk enrolled at the centre and connected to it."""
    centre.enrol(kiosk.signer)
    made = centre.transport(kiosk.signer)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def sender(transport: HttpTransport, kiosk: Kiosk) -> Sender:
    return Sender(transport, kiosk.signer)
