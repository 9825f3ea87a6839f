"""The reference centre as a FastAPI app."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from fastapi import FastAPI

from sync.central.admission import (
    ADMISSION_FILE,
    Admission,
    PostgresqlAdmission,
    SqliteAdmission,
)
from sync.central.database import CentralDatabase
from sync.central.devices import Authenticator
from sync.central.faults import after_commit_hook
from sync.central.in_flight import InFlight, Places
from sync.central.keys import CentreKeyStore
from sync.central.metrics import Measuring, Metrics
from sync.central.middleware import Crowd, LastResort
from sync.central.problems import install_problem_handlers
from sync.central.routes import CentreServices, centre_router
from sync.central.settings import CentralSettings

API_VERSION = "2.0.0"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: CentralSettings, now: Callable[[], datetime] = _utc_now) -> FastAPI:
    """Build the app; its database is open when this returns and closed when the app shuts down.

    Raises:
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError: the database cannot be opened.
        ValueError: an unknown fault was asked for.
    """
    after_commit = after_commit_hook(settings.fault)
    database = CentralDatabase(settings.state_dir, settings.key_provider, settings.database)
    admission = _admission(settings, database)
    metrics = Metrics()
    database.observer = metrics

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            admission.close()
            database.close()

    app = FastAPI(
        title="Xianglin reference centre",
        version=API_VERSION,
        description="Takes events of kiosks exactly once; gives back decisions and the roster. See PROTOCOL.md.",
        lifespan=lifespan,
        # The pages of these load scripts from elsewhere, and the network here may be a village's.
        docs_url=None,
        redoc_url=None,
    )
    install_problem_handlers(app)
    services = CentreServices(
        database,
        Authenticator(database, admission, now),
        now,
        after_commit,
        CentreKeyStore(database, now),
    )
    app.include_router(centre_router(services))
    app.add_middleware(Places, in_flight=InFlight())
    app.add_middleware(Crowd)
    app.add_middleware(LastResort)
    app.add_middleware(Measuring, metrics=metrics, in_use=lambda: database.connections_in_use)
    app.state.metrics = metrics
    app.state.database = database
    return app


def _admission(settings: CentralSettings, database: CentralDatabase) -> Admission:
    if database.kind == "postgresql":
        return PostgresqlAdmission(database.autocommit, settings.limits)
    shared = settings.state_dir / ADMISSION_FILE if settings.workers > 1 else None
    return SqliteAdmission(shared, settings.limits)
