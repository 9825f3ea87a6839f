"""What happened, as a table: what the kiosk's database and the centre's say of the same requests."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from rich.table import Table

from kiosk.clock import SITE_TIME_ZONE
from kiosk.demo.world import DemoWorld
from kiosk.runtime import Runtime
from sync.central.database import CentralDatabase
from sync.central.device_keys import keys_of
from sync.central.keys import CentreKeyStore
from sync.central.opening import ItemReader
from sync.envelope import decode_item
from sync.item_body import ItemBody

_PROOFS = {"face": "人脸", "voice": "声音", "card": "社保卡", "pin": "密码"}


_ANSWERS = {"applied": "已受理", "duplicate": "已有，未重办"}


def _time(text: object) -> str:
    return (
        datetime.fromisoformat(str(text)).astimezone(SITE_TIME_ZONE).strftime("%H:%M:%S")
        if text
        else "—"
    )


def summary_table(world: DemoWorld, runtime: Runtime) -> Table:
    """One row a request; the last column counts what the centre really holds."""
    applied = [str(row["event_id"]) for row in world.centre_applications()]
    table = Table(
        title="这次演示里发生了什么", box=None, padding=(0, 2, 0, 0), title_justify="left"
    )
    for heading in ("受理号", "怎么核实", "受理排队", "送达确认", "办结"):
        table.add_column(heading, no_wrap=True)
    table.add_column("中心的回答", no_wrap=True)
    table.add_column("中心", no_wrap=True, justify="right")
    with runtime.encrypted.reading() as database:
        rows = list(
            database.query(
                "SELECT request_id, receipt_number, accepted_at, delivered_at, decided_at, item, "
                "json_extract(audit.details, '$.answer') AS answer FROM service_request "
                "JOIN outbox ON outbox.id = request_id LEFT JOIN audit "
                "ON audit.subject = request_id AND audit.kind = 'request.delivered' "
                "ORDER BY accepted_at"
            )
        )
    opened = _centre_eyes(world, runtime)
    for row in rows:
        table.add_row(
            str(row["receipt_number"]),
            "+".join(_proofs(opened(bytes(row["item"])))),
            _time(row["accepted_at"]),
            _time(row["delivered_at"]),
            _time(row["decided_at"]),
            _ANSWERS.get(str(row["answer"]), "—"),
            f"{applied.count(str(row['request_id']))} 件",
        )
    return table


def _centre_eyes(world: DemoWorld, runtime: Runtime) -> Callable[[bytes], ItemBody]:
    """Opens the kiosk's items as the centre does; the kiosk itself cannot, they are sealed."""
    with closing(CentralDatabase(world.folder / "centre", "file")) as database:
        reader = ItemReader(decode_item, CentreKeyStore(database).current().openers)
        with database.reading() as connection:
            device = runtime.config.device.id
            keys = keys_of(connection, device, runtime.signer.public_key)
    return lambda item: reader.open(decode_item(item), keys)


def _proofs(body: ItemBody) -> list[str]:
    factors = body.payload["evidence"]["factors"]
    return [name for factor, name in _PROOFS.items() if factor in factors]
