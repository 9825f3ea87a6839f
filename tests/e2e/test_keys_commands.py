"""The staff's commands for keys, as typed, from the centre's file to sealed events and papers that stay genuine."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.domain.printout import PrintKind
from kiosk.domain.receipt import format_receipt_number
from kiosk.domain.receipt_statement import ReceiptStatement
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.verify_receipt import ReceiptVerdict
from sync.central.admin import CentralAdmin
from sync.envelope import is_sealed
from sync.identifiers import new_event_id
from tests.sync.sync_parts import Centre, make_centre

REGION = "513022104203"
Run = Callable[..., int]


@pytest.fixture(autouse=True)
def wide_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def centre(tmp_path: Path):
    with make_centre(tmp_path / "centre") as made:
        yield made


@pytest.fixture
def run(tmp_path: Path, centre: Centre) -> Run:
    def central(*words: str) -> int:
        state = ("--state-dir", str(tmp_path / "centre"), "--key-provider", "file")
        return main(["central", *words, *state])

    def kiosk(*words: str) -> int:
        return main([*words, "--config", str(tmp_path / "kiosk.toml")])

    keys = str(tmp_path / "keys.json")
    assert central("keys", "--out", keys) == 0
    options = {
        "--device-id": "dev-0007",
        "--receipt-prefix": "A07",
        "--region": REGION,
        "--key-provider": "file",
        "--centre-url": centre.url,
        "--centre-keys": keys,
        "--state-dir": str(tmp_path / "state"),
    }
    assert kiosk("provision", *(word for pair in options.items() for word in pair)) == 0
    with opened(tmp_path) as runtime:
        centre.enrol(runtime.signer)
    return lambda *words: central(*words[1:]) if words[0] == "central" else kiosk(*words)


def opened(tmp_path: Path):
    return open_runtime(load_config(tmp_path / "kiosk.toml"))


def append(runtime: Runtime) -> bytes:
    event_id = new_event_id()
    with runtime.store.transaction() as transaction:
        transaction.append_event(
            event_id=event_id,
            subject="r-0001",
            kind="service_request",
            schema_version=1,
            priority=1,
            payload={
                "request_id": event_id,
                "service_id": "pension.life_certification",
                "service_version": 1,
                "service_digest": "d" * 64,
                "resident_id": "r-0001",
                "receipt_number": "A07-000123-K",
                "accepted_at": "2026-11-23T07:59:00.000+00:00",
                "assurance": 2,
                "evidence": {"factors": ["card", "face"]},
                "form": {},
            },
        )
        found = transaction.database.execute("SELECT item FROM outbox WHERE id = ?", [event_id])
        return bytes(found.fetchone()[0])


def receipt(runtime: Runtime) -> str:
    number = format_receipt_number("A07", 123)
    statement = ReceiptStatement(
        PrintKind.RECEIPT,
        number,
        "pension.claim",
        datetime(2026, 11, 23, tzinfo=UTC),
        new_event_id(),
    )
    return runtime.receipt_code().text_of_statement(statement)


def verdict(runtime: Runtime, code: str) -> ReceiptVerdict:
    return runtime.verify_receipt().check(code).verdict


def test_machine_that_is_given_the_keys_seals_its_first_event(run: Run, tmp_path: Path, capsys):
    with opened(tmp_path) as runtime:
        assert is_sealed(append(runtime))
    assert run("sync") == 0
    assert run("keys", "show") == 0
    out = capsys.readouterr().out
    assert "第 1 版" in out
    assert "mlkem768-x25519" in out


def test_device_key_is_changed_and_papers_of_both_keys_stay_genuine(
    run: Run, tmp_path: Path, centre: Centre, capsys
):
    assert run("sync") == 0
    with opened(tmp_path) as runtime:
        papers = [receipt(runtime)]
        first = runtime.signer
    assert run("keys", "rotate") == 0
    assert "从第 1 号件起" in capsys.readouterr().out
    with opened(tmp_path) as runtime:
        append(runtime)
        # The centre does not know the new key: a paper of it could be checked by nobody else yet.
        papers.append(receipt(runtime))
        assert runtime.signer.key_id == first.key_id
        subject = runtime.keys.first.key_id
    assert run("keys", "rotate") == 1
    assert "SYN-308" in capsys.readouterr().err
    assert run("sync") == 0
    with opened(tmp_path) as runtime:
        assert runtime.signer.key_id != first.key_id
        # Pseudonyms and drafts hang on the first key for ever.
        assert runtime.keys.first.key_id == subject == first.key_id
        papers.append(receipt(runtime))
        assert [verdict(runtime, code) for code in papers] == [ReceiptVerdict.GENUINE] * 3
        assert runtime.queue_status().waiting == 0
    (device,) = centre.admin.devices()
    assert device["public_key"] != first.public_key
    # Who knows the centre's key alone can check them too.
    key = centre.admin.centre_public_key().hex()
    for code in papers:
        assert main(["receipt", "verify", code, "--centre-key", key]) == 0


def test_centre_key_is_changed_and_older_papers_stay_genuine(
    run: Run, tmp_path: Path, centre: Centre, capsys
):
    assert run("sync") == 0
    with opened(tmp_path) as runtime:
        papers = [receipt(runtime)]
    old = centre.admin.keys().signers[0].key_id
    assert run("central", "rotate-key", "signing", "--overlap-days", "3") == 0
    assert run("central", "rotate-key", "sealing") == 0
    out = capsys.readouterr().out
    assert len(re.findall("overlapping", out)) >= 3
    assert run("central", "keys", "--out", str(tmp_path / "new.json")) == 0
    assert run("keys", "import", str(tmp_path / "new.json")) == 0
    # The first document is older now: whoever kept it cannot bring the old keys back.
    assert run("keys", "import", str(tmp_path / "keys.json")) == 1
    assert "SYN-307" in capsys.readouterr().err
    with CentralAdmin(tmp_path / "centre", "file") as admin:
        admin.extend_key(old, datetime.now(UTC) - timedelta(seconds=1))
    assert run("sync") == 0
    with opened(tmp_path) as runtime:
        append(runtime)
        papers.append(receipt(runtime))
        assert [verdict(runtime, code) for code in papers] == [ReceiptVerdict.GENUINE] * 2
    assert run("sync") == 0
    key = centre.admin.centre_public_key().hex()
    with_keys = ("--centre-key", key, "--centre-keys", str(tmp_path / "new.json"))
    assert (
        main(["receipt", "verify", papers[0], "--centre-key", key]) == 4
    )  # of a key unknown to it
    assert main(["receipt", "verify", papers[0], *with_keys]) == 0


@pytest.mark.parametrize("kind", ["missing", "link", "folder", "pipe", "large", "words"])
def test_file_that_is_no_keyring_is_refused(run: Run, tmp_path: Path, capsys, kind: str):
    file = tmp_path / "given.json"
    if kind == "link":
        file.symlink_to(tmp_path / "keys.json")
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind in ("large", "words"):
        file.write_bytes(b"{" * (100_000 if kind == "large" else 10))
    assert run("keys", "import", str(file)) == 1
    assert "SYN-307" in capsys.readouterr().err


def test_lost_database_keeps_the_changed_key(run: Run, tmp_path: Path):
    """It is written down beside the database, as the first one is."""
    assert run("sync") == 0
    assert run("keys", "rotate") == 0
    with opened(tmp_path) as runtime:
        identity = runtime.encrypted.guard.identity_file.read()
    assert sorted(identity.secrets) == ["ed25519-seed"]
    assert [row[0] for row in identity.keys] == [1]
