import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from kiosk.demo.link import LinkSwitch


@pytest.fixture
def shouting_server() -> Iterator[int]:
    """A server that answers in capitals; gives its port."""

    class Shout(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(self.request.recv(100).upper())

    with socketserver.TCPServer(("127.0.0.1", 0), Shout) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
        link.sendall(b"hello")
        return link.recv(100)


def is_cut(port: int) -> bool:
    try:
        return ask(port) == b""
    except ConnectionError:
        return True


def test_link_relays_when_it_is_up_and_refuses_when_it_is_cut(shouting_server: int) -> None:
    link = LinkSwitch(("127.0.0.1", shouting_server), is_up=True)
    try:
        assert ask(link.port) == b"HELLO"
        link.down()
        assert is_cut(link.port)
        link.up()
        assert ask(link.port) == b"HELLO"
    finally:
        link.close()
