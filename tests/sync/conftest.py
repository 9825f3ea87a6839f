import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.central.database_url import URL_VARIABLE
from sync.http_transport import HttpTransport
from tests.sync.file_parts import know_keys
from tests.sync.postgresql import Cluster, why_not
from tests.sync.sender import Sender
from tests.sync.sync_parts import ROSTER, Centre, Kiosk, make_centre, make_kiosk


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that names ``DATABASES`` runs its tests of the centre on each of them."""
    kinds = getattr(metafunc.module, "DATABASES", ())
    if kinds and "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    made = Cluster()
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def shared_url(cluster: Cluster) -> str:
    """A database with the centre's tables, emptied for each test: four times as fast as a new one."""
    from sqlalchemy import create_engine

    from sync.central import migrate
    from sync.central.database_url import parse_url

    url = cluster.new_database()
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        migrate.upgrade(connection)
    engine.dispose()
    return url


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "sqlite")


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Of a database without rows, also told to the centre's commands; empty for SQLite."""
    if database_kind == "sqlite":
        return ""
    url: str = request.getfixturevalue("shared_url")
    request.getfixturevalue("cluster").empty(url)
    monkeypatch.setenv(URL_VARIABLE, url)
    return url


@pytest.fixture
def fresh_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    """Of a database without tables; empty for SQLite."""
    if database_kind == "sqlite":
        return ""
    return request.getfixturevalue("cluster").new_database()


def _shares(request: pytest.FixtureRequest) -> bool:
    """A module that says ``SHARES`` has the shared centre, and a kiosk there that seals, for its own."""
    return bool(getattr(request.module, "SHARES", False))


@pytest.fixture
def kiosk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Kiosk]:
    """In a module that says ``SEALS`` it is enrolled at the centre and asks for its keys."""
    if _shares(request):
        yield request.getfixturevalue("sealing_kiosk")
        return
    if not getattr(request.module, "SEALS", False):
        with make_kiosk(tmp_path / "kiosk") as made:
            yield made
        return
    centre: Centre = request.getfixturevalue("centre")
    with make_kiosk(tmp_path / "kiosk", None, centre.admin.centre_public_key()) as made:
        centre.enrol(made.signer)
        yield made


@pytest.fixture
def centre(tmp_path: Path, request: pytest.FixtureRequest, database_url: str) -> Iterator[Centre]:
    if _shares(request):
        yield request.getfixturevalue("shared_centre")
        return
    with make_centre(tmp_path / "centre", database_url) as made:
        made.load(ROSTER)
        yield made


@pytest.fixture
def transport(
    request: pytest.FixtureRequest, centre: Centre, kiosk: Kiosk
) -> Iterator[HttpTransport]:
    """The kiosk enrolled at the centre and connected to it."""
    if _shares(request):
        yield request.getfixturevalue("sealed_transport")
        return
    centre.enrol(kiosk.signer)
    made = centre.transport(kiosk.signer)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def shared_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One centre for many tests: each has a device of its own there, so none sees another's."""
    with make_centre(tmp_path_factory.mktemp("shared") / "centre") as made:
        made.load(ROSTER)
        yield made


_numbers = itertools.count(100)


@pytest.fixture
def sealing_kiosk(shared_centre: Centre, tmp_path: Path) -> Iterator[Kiosk]:
    """A kiosk of its own at the shared centre, whose keys it knows."""
    number = next(_numbers)
    centre_key = shared_centre.admin.centre_public_key()
    with make_kiosk(tmp_path / "kiosk", None, centre_key, f"dev-{number}") as made:
        know_keys(made, shared_centre)
        shared_centre.enrol(
            made.signer, f"dev-{number}", f"{chr(65 + number // 100)}{number % 100:02d}"
        )
        yield made


@pytest.fixture
def sealed_transport(shared_centre: Centre, sealing_kiosk: Kiosk) -> Iterator[HttpTransport]:
    made = shared_centre.transport(sealing_kiosk.signer, sealing_kiosk.outbox.device_id)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def sender(transport: HttpTransport, kiosk: Kiosk) -> Sender:
    return Sender(transport, kiosk.signer)
