"""The bench of queue and link measures what it says, on runs small enough for every change."""

import json
import socket
import threading
import time
from pathlib import Path

import bench_sync
import bench_sync_enqueue as enqueue
import bench_sync_flush as flush
import bench_sync_ingest as ingest
import bench_sync_link as link
import pytest
from _slow_link import slow_link

from tests.crash.trace import require_strace


def test_unknown_part_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench_sync.main(["nosuch"])
    assert "no such part: nosuch" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["kiosk", "sqlite3", "sqlcipher3"])
def test_contender_puts_what_it_is_told(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert enqueue.main([name, "3", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["puts_per_s"] > 0


@pytest.mark.parametrize(
    ("name", "module"),
    [("persist-queue", "persistqueue"), ("huey", "huey"), ("litequeue", "litequeue")],
)
def test_peer_puts_what_it_is_told(
    name: str, module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(module, reason=f"{module} comes with the extra 'bench' only")
    assert enqueue.main([name, "3", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["puts_per_s"] > 0


def test_kiosk_flushes_as_often_as_bare_sqlite() -> None:
    require_strace()
    assert [enqueue.flushes_of(name, 20) for name in ("kiosk", "sqlite3")] == [1.0, 1.0]


def test_modelled_disk_holds_back_each_flush() -> None:
    require_strace()
    with flush.memory_folder() as folder:
        pace = enqueue.run_contender("sqlite3", 10, folder, flush.slow_flush(20))
    assert pace.puts_per_s <= 50.0
    assert pace.cpu_ms < 20.0


def test_modelled_table_tells_flushes_and_own_time() -> None:
    figure = flush.ModelledFigure("kiosk", 5, 150.0, 0.8, 1.46, 1.04, 0.86)
    assert "modelled" in flush.table([figure])
    assert flush.table([figure]).split()[-8:] == [
        "kiosk",
        "5",
        "ms",
        "150",
        "1.46",
        "0.80",
        "1.04",
        "0.86",
    ]


def test_table_gives_the_ratio_to_the_kiosk_on_the_same_link() -> None:
    ours = link.Crossing("kiosk", "64 kbit/s", 1000, 50.0, 400_000, 1)
    peer = link.Crossing("a POST each", "64 kbit/s", 10, 20.0, 20_000, 10)
    rows = link.table([ours, peer]).splitlines()
    assert rows[1].split()[-1] == "1.0"
    assert rows[2].split()[-1] == "40.0"
    row = ingest.table([ingest.Ingest("PouchDB", "push", 500.0, (500.0,), 900.0)]).splitlines()[1]
    assert row.split()[-5:-1] == ["500", "1.00", "900", "0"]


def test_slow_link_holds_bytes_up_for_rate_and_round_trip() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                while piece := connection.recv(4096):
                    connection.sendall(piece)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        with (
            slow_link(port, 64_000, 0.2) as path,
            socket.create_connection(("127.0.0.1", path.port)) as client,
        ):
            client.settimeout(10)
            began = time.monotonic()
            client.sendall(bytes(4000))
            received = 0
            while received < 4000:
                received += len(client.recv(4096))
            elapsed_s = time.monotonic() - began
    # 0.2 s to connect, 0.5 s up, 0.5 s down beside it, 0.2 s of distance; never faster than the slower half.
    assert 0.85 < elapsed_s < 5
    assert (path.carried.up, path.carried.down, path.carried.connections) == (4000, 4000, 1)


@pytest.mark.slow
def test_engine_and_peers_cross_a_link() -> None:
    ours = link.crossing_of_engine("1 Mbit/s", 5)
    batches = link.crossing_of_gzip("1 Mbit/s", 5)
    each = link.crossing_of_posts("1 Mbit/s", 2)
    assert (ours.items, batches.connections, each.connections) == (5, 1, 2)
    assert ours.up_bytes > 5 * 200
    # A connection and an answer each: two round trips of 0.6 s.
    assert each.seconds > 2 * 1.2


def test_sizes_are_those_of_the_queue() -> None:
    sizes = bench_sync.measure_bytes(40)
    assert sizes["items"] == 40
    assert 200 < sizes["sealed"] < sizes["sealed_p95"]
