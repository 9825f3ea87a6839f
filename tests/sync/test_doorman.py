"""Each worker gets its share of the connections, whatever their addresses; one that is gone gets none."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from sync.central.doorman import CAN_HAND_OVER, Doorman, Threshold
from sync.central.listening import CannotListen, bound

pytestmark = pytest.mark.skipif(not CAN_HAND_OVER, reason="no connection can be handed over here")
TIMEOUT_S = 20.0


@pytest.fixture
def doorman() -> Iterator[Doorman]:
    made = Doorman(bound("127.0.0.1", 0))
    yield made
    made.close()


def worker_of(doorman: Doorman, stack: contextlib.ExitStack) -> socket.socket:
    """The end that a worker has."""
    outer, inner = socket.socketpair()
    stack.callback(outer.close)
    inner.settimeout(TIMEOUT_S)
    doorman.admit(outer)
    return stack.enter_context(inner)


def caller(doorman: Doorman, stack: contextlib.ExitStack) -> socket.socket:
    made = socket.create_connection(doorman._listener.getsockname(), TIMEOUT_S)
    return stack.enter_context(made)


def greeted_by(worker: socket.socket, name: bytes) -> None:
    _, (descriptor,), _, _ = socket.recv_fds(worker, 1, 1)
    with socket.socket(fileno=descriptor) as connection:
        connection.sendall(name)


def test_workers_are_given_connections_in_turns(doorman: Doorman):
    with contextlib.ExitStack() as stack:
        workers = [worker_of(doorman, stack) for _ in range(3)]
        doorman.open()
        callers = [caller(doorman, stack) for _ in range(9)]
        for worker, name in zip(workers, (b"a", b"b", b"c"), strict=True):
            for _ in range(3):
                greeted_by(worker, name)
        assert b"".join(one.recv(1) for one in callers) == b"abcabcabc"


def test_worker_that_is_gone_is_passed_over(doorman: Doorman):
    with contextlib.ExitStack() as stack:
        gone, there = worker_of(doorman, stack), worker_of(doorman, stack)
        doorman.open()
        gone.close()
        callers = [caller(doorman, stack) for _ in range(4)]
        for _ in callers:
            greeted_by(there, b"x")
        assert b"".join(one.recv(1) for one in callers) == b"xxxx"


def test_connection_that_nobody_takes_is_closed(doorman: Doorman):
    with contextlib.ExitStack() as stack:
        outer, inner = (stack.enter_context(one) for one in socket.socketpair())
        inner.setblocking(False)
        doorman.admit(outer)
        doorman.open()
        doorman.dismiss(outer)
        one = caller(doorman, stack)
        with contextlib.suppress(ConnectionResetError):
            assert one.recv(1) == b""
        with pytest.raises(BlockingIOError):
            inner.recv(1)


def test_nobody_else_gets_at_the_address(doorman: Doorman):
    doorman.open()
    with pytest.raises(CannotListen):
        bound(*doorman._listener.getsockname())


def test_worker_answers_on_what_comes_in_and_stops_when_the_parent_is_gone(doorman: Doorman):
    class Echo(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.write(data)

    async def serve(stack: contextlib.ExitStack) -> bytes:
        loop = asyncio.get_running_loop()
        outer, inner = socket.socketpair()
        threshold = Threshold(inner, Echo)
        threshold.open(loop)
        doorman.admit(outer)
        doorman.open()
        reader, writer = await asyncio.open_connection(*doorman._listener.getsockname())
        writer.write(b"hello")
        answer = await asyncio.wait_for(reader.readexactly(5), TIMEOUT_S)
        doorman.dismiss(outer)
        outer.close()
        is_quiet = asyncio.Event()
        loop.call_soon(is_quiet.set)
        await is_quiet.wait()
        writer.close()
        threshold.close(loop)
        return answer

    with contextlib.ExitStack() as stack:
        assert asyncio.run(serve(stack)) == b"hello"


def test_door_closes_for_good():
    unopened, opened = (Doorman(bound("127.0.0.1", 0)) for _ in range(2))
    opened.open()
    address = opened._listener.getsockname()
    for one in (unopened, opened):
        one.close()
    with pytest.raises(ConnectionError):
        socket.create_connection(address, TIMEOUT_S)
