"""Machines to examine: a settings file, a state folder, and no camera, reader or sound unless told."""

import json
from pathlib import Path

from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed

REGION = "513022104203"


def write_settings(folder: Path, **sections: dict[str, str]) -> Path:
    """A provisioned machine's settings."""
    chosen = {
        "device": {"id": "dev-0007", "receipt_prefix": "A07", "region_code": REGION},
        "hardware": {"camera": "none", "card_reader": "none", "audio": "none"},
        "storage": {"state_dir": str(folder / "state"), "key_provider": "file"},
    }
    for name, values in sections.items():
        chosen[name] = {**chosen.get(name, {}), **values}
    lines: list[str] = []
    for name, values in chosen.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path = folder / "kiosk.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def make_database(folder: Path) -> Path:
    """A database as provisioning leaves it; gives the state folder."""
    state = folder / "state"
    database = open_kiosk_database(state, "file")
    load_or_make_device_seed(database)
    database.close()
    return state
