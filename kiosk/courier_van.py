"""The courier where there is a network: a van that delivers or waits for kiosks, and a kiosk that looks for a van."""

import threading
from pathlib import Path

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.courier_desk import bar
from kiosk.courier_parts import courier_parts
from kiosk.errors import ConfigError
from kiosk.runtime import Runtime, open_runtime
from sync.courier.deliver import Deliverer
from sync.courier.discovery import VanAddress, announced
from sync.courier.van_server import VanServer

FOUND_WITHIN_S = 10.0


def deliver(config_path: Path | None) -> int:
    """Bring what the van carries to the centre, and fetch reports and parcels.

    Returns:
        1 when the centre does not take one of the bundles.
    Raises:
        SyncError: the link failed; the next run goes on from there.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        _assert_van(runtime)
        parts = courier_parts(runtime)
        link = parts.link()
        try:
            with bar(console, "送到中心") as tell:
                done = Deliverer(parts.carrier(), link).run(tell)
        finally:
            link.close()
    console.print(
        f"送到了 {done.complete} 包，取回 {done.reports} 份新回执、{done.parcels} 份名单和结果。"
    )
    for reason in done.refused.values():
        console.print(f"有一包中心没有收：{reason}。请在那台终端上重新导出。", markup=False)
    return 1 if done.refused else 0


def serve(
    config_path: Path | None,
    port: int,
    interfaces: list[str] | None,
    stop: threading.Event | None = None,
) -> int:
    """Wait for kiosks in the local network until interrupted.

    Args:
        interfaces: addresses of this machine to be found at; None for all.
        stop: ends it; None waits for an interrupt.
    """
    console = make_console()
    ended = stop if stop is not None else threading.Event()
    with open_runtime(load_config(config_path)) as runtime:
        _assert_van(runtime)
        parts = courier_parts(runtime)
        host = interfaces[0] if interfaces and len(interfaces) == 1 else "0.0.0.0"  # noqa: S104
        server = VanServer(parts.carrier(), (host, port), parts.keyring_document())
        with server.running(), announced(server.port, parts.anchor.key_id, interfaces):
            console.print(f"等着终端交接，端口 {server.port}。按 Ctrl+C 结束。", highlight=False)
            while not ended.wait(1.0):
                pass
    return 0


def hand_over(
    config_path: Path | None, address: VanAddress | None, interfaces: list[str] | None
) -> int:
    """Look for a van and hand over what no van carries yet.

    Args:
        address: of the van; None looks for one.
    Raises:
        HandoverFailed, VanNotFound: nothing is lost.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        parts = courier_parts(runtime)
        with bar(console, "交给服务车") as tell:
            done = parts.hand_over(FOUND_WITHIN_S, address, interfaces, tell)
    console.print(
        f"交给了服务车 {done.van}：{done.bundles} 包，{done.items} 件。中心签收以前，本机照样保存。",
        markup=False,
    )
    if done.report is not None:
        console.print(f"车上带回的回执：送达 {done.report.acknowledged} 件。")
    return 0


def _assert_van(runtime: Runtime) -> None:
    if not runtime.config.courier.is_van:
        raise ConfigError(("courier.is_van：这台机器没有设成服务车；在车上要写 is_van = true",))
