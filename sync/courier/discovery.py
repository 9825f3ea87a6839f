"""Finding a van in the local network, without telling anybody anything about people or places.

The van's entry holds a random name, the version and the id of its centre's key; who it is it proves later, over TLS.
"""

import contextlib
import ipaddress
import logging
import secrets
import socket
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from zeroconf import (
    IPVersion,
    NonUniqueNameException,
    ServiceBrowser,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)

from sync.courier.errors import HandoverFailed

logger = logging.getLogger(__name__)

SERVICE = "_xl-courier._tcp.local."
_VERSION = "1"
_RESOLVE_MS = 2000
MAXIMUM_FOUND = 8


@dataclass(frozen=True, slots=True)
class VanAddress:
    """Where a van may be."""

    host: str
    port: int


@contextlib.contextmanager
def announced(
    port: int, centre_key_id: str, interfaces: Collection[str] | None = None
) -> Iterator[None]:
    """Let kiosks find the van at a port for the length of the body.

    Args:
        interfaces: addresses of this machine to be found at; None for all.
    Raises:
        HandoverFailed: the network cannot be used.
    """
    name = secrets.token_hex(6)
    chosen = list(interfaces) if interfaces is not None else _own_addresses()
    try:
        zeroconf = _zeroconf(interfaces)
    except OSError as error:
        raise HandoverFailed("the local network cannot be used") from error
    try:
        info = ServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            addresses=[socket.inet_aton(address) for address in chosen],
            port=port,
            properties={"v": _VERSION, "centre": centre_key_id},
            server=f"{name}.local.",
        )
        try:
            zeroconf.register_service(info)
        except (OSError, NonUniqueNameException) as error:
            raise HandoverFailed("the van cannot be announced") from error
        yield
    finally:
        zeroconf.close()


def find_vans(
    centre_key_ids: Collection[str],
    wait_s: float,
    interfaces: Collection[str] | None = None,
    stop: threading.Event | None = None,
) -> list[VanAddress]:
    """Listen for vans of a centre.

    Args:
        centre_key_ids: ids of every key that the centre has or had.
        wait_s: how long to listen; ends as soon as the first is found.
        stop: ends it early.
    Raises:
        HandoverFailed: the network cannot be used.
    """
    ended = stop if stop is not None else threading.Event()
    names: list[str] = []
    is_found = threading.Event()

    def heard(*, name: str, state_change: ServiceStateChange, **_ignored: object) -> None:
        if state_change is ServiceStateChange.Added and len(names) < MAXIMUM_FOUND:
            names.append(name)
            is_found.set()

    try:
        zeroconf = _zeroconf(interfaces)
    except OSError as error:
        raise HandoverFailed("the local network cannot be used") from error
    try:
        browser = ServiceBrowser(zeroconf, SERVICE, handlers=[heard])
        left_s = wait_s
        while left_s > 0 and not ended.is_set() and not is_found.wait(min(0.2, left_s)):
            left_s -= 0.2
        found: list[VanAddress] = []
        for name in list(names):
            found += _resolved(zeroconf, name, centre_key_ids)
        browser.cancel()
        return found
    finally:
        zeroconf.close()


def _resolved(zeroconf: Zeroconf, name: str, centre_key_ids: Collection[str]) -> list[VanAddress]:
    info = zeroconf.get_service_info(SERVICE, name, _RESOLVE_MS)
    if info is None or info.port is None:
        return []
    said = {key: value or b"" for key, value in info.properties.items()}
    if (
        said.get(b"v") != _VERSION.encode()
        or said.get(b"centre", b"").decode("ascii", "replace") not in centre_key_ids
    ):
        return []
    port = info.port
    addresses = info.parsed_addresses(IPVersion.V4Only)[:MAXIMUM_FOUND]
    return [VanAddress(one, port) for one in addresses if _is_near(one)]


def _is_near(address: str) -> bool:
    """Only this network: an entry must not send a kiosk to a machine on the internet."""
    found = ipaddress.ip_address(address)
    return found.is_private or found.is_link_local or found.is_loopback


def _zeroconf(interfaces: Collection[str] | None) -> Zeroconf:
    if interfaces is None:
        return Zeroconf(ip_version=IPVersion.V4Only)
    return Zeroconf(interfaces=list(interfaces), ip_version=IPVersion.V4Only)


def _own_addresses() -> list[str]:
    import ifaddr  # noqa: PLC0415 (comes with zeroconf)

    found = [
        ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    ]
    return [address for address in found if not ipaddress.ip_address(address).is_loopback] or found
