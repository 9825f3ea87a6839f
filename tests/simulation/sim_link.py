"""The network between them: the real transport above, and below it everything that networks do to a request."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from sync.answers import (
    BatchAnswer,
    DecisionPage,
    EventResult,
    EventStatus,
    RosterPage,
    seal_answer,
)
from sync.errors import BatchTooLarge, ProtocolMismatch, ServerBusy, TimedOut, Unreachable
from sync.framing import decode_batch
from sync.http_failures import error_of_response
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner, Purpose, key_id_of
from tests.simulation.fate import CentreCut, Fate
from tests.simulation.sim_centre import (
    Request,
    Response,
    SimCentre,
    batch_of,
    id_and_seq,
    protocol_of,
)
from tests.simulation.sim_kiosk import DEVICE, SIGNER, SUBJECTS, SimKiosk

STRANGER = DeviceSigner(bytes(range(100, 132)))

TROUBLES = {
    "none": 22,
    "request lost": 3,
    "request late": 3,
    "request twice": 2,
    "answer lost": 4,
    "answer late": 2,
    "answer of another request": 5,
    "answer truncated": 2,
    "answer forged": 2,
    "answer in part": 3,
    "taken in part": 4,
    "answer shuffled": 2,
    "answer names others": 2,
    "portal page": 1,
    "portal json": 1,
    "portal redirect": 1,
    "portal 511": 1,
    "size limit": 2,
    "busy": 1,
    "fault before": 1,
    "fault after": 2,
}
_PORTALS = {
    "portal page": Response(200, "text/html", b"<html>log in</html>"),
    "portal json": Response(200, "application/json", b'{"ok":true}'),
    "portal redirect": Response(302, "text/html", b""),
    "portal 511": Response(511, "text/html", b"<html>"),
    "busy": Response(503, "text/html", b"", "30"),
    "fault before": Response(500, "text/html", b""),
}


@dataclass
class SimLink:
    """One for each seed; remembers what is still under way."""

    centre: SimCentre
    fate: Fate
    late_requests: list[Request] = field(default_factory=list)
    old_answers: list[Response] = field(default_factory=list)
    heavy: set[str] = field(default_factory=set)
    """Events that no batch brings through in time."""
    oversized: set[str] = field(default_factory=set)
    """Events that a proxy on the way refuses for their size."""
    subject_of: dict[str, str] = field(default_factory=dict)
    """Of every event that was ever handed to the outbox, by id."""

    def exchange(self, kiosk: SimKiosk, request: Request) -> Response:
        """One request and what the kiosk gets to see of the answer.

        Raises:
            SyncError: as the transport tells it of a socket; PowerCut.
        """
        kiosk.step("kiosk before send")
        if self.fate.random.random() < 0.2:
            self.deliver_late()
        self._stop_at_poison(request)
        trouble = self.fate.pick(TROUBLES, "none")
        response = self._through(trouble, request)
        kiosk.step("kiosk after send")
        return response

    def deliver_late(self) -> None:
        """A request that hung somewhere arrives; nobody waits for its answer any more."""
        if not self.late_requests:
            return
        place = self.fate.random.randrange(len(self.late_requests))
        self.fate.note("late request arrives")
        try:
            self.old_answers.append(self.centre.answer(self.late_requests.pop(place)))
        except CentreCut:
            self.centre.restart()

    def _through(self, trouble: str, request: Request) -> Response:
        if trouble in _PORTALS:
            return _PORTALS[trouble]
        if trouble == "request lost":
            raise Unreachable("lost")
        if trouble == "request late":
            self.late_requests.append(request)
            raise TimedOut("late")
        if trouble == "answer of another request" and self.old_answers:
            return self._worst_answer(request)
        if trouble == "answer forged" and request.method == "POST":
            return _forged(request, list(self.subject_of), key_id_of(self.centre.public_key))
        if trouble == "size limit" and request.method == "POST":
            if len(decode_batch(request.body)) > self.fate.random.randint(1, 3):
                raise BatchTooLarge("size")
            trouble = "none"
        return self._cut(trouble, self._answered(trouble, request))

    def _worst_answer(self, request: Request) -> Response:
        """An old one that speaks of what is being asked; else of the same operation, else any."""
        of_batch = [one for one in self.old_answers if one.names]
        if request.method != "POST":
            return self.fate.random.choice(self.old_answers)
        alike = [one for one in of_batch if any(is_in(request.body, name) for name in one.names)]
        return self.fate.random.choice(alike or of_batch[-6:] or self.old_answers)

    def _cut(self, trouble: str, response: Response) -> Response:
        if trouble == "answer lost":
            raise Unreachable(trouble)
        if trouble == "answer late":
            raise TimedOut(trouble)
        if trouble == "fault after":
            return Response(self.fate.random.choice([500, 502]), "text/html", b"")
        if trouble == "answer truncated":
            end = self.fate.random.randrange(len(response.body) or 1)
            return Response(response.status, response.media_type, response.body[:end])
        return response

    def _answered(self, trouble: str, request: Request) -> Response:
        self.centre.shape = lambda results: self._shaped(trouble, results)
        if trouble == "taken in part":
            self.centre.pick = self._part
        try:
            response = self.centre.answer(request)
            if trouble == "request twice":
                # As a proxy's own retry: the second one is refused as a replay, or not after a restart.
                second = self.centre.answer(request)
                response = self.fate.random.choice([response, second])
        except CentreCut as cut:
            self.centre.restart()
            raise Unreachable("the centre died") from cut
        finally:
            self.centre.shape = lambda results: results
            self.centre.pick = lambda items: items
        if response.status == 200:
            self.old_answers.append(response)
            # It also comes late itself: a later request may get it.
            if trouble == "answer late":
                self.old_answers += [response] * 3
        return response

    def _shaped(self, trouble: str, results):
        if trouble == "answer in part":
            return [one for one in results if self.fate.random.random() < 0.5]
        if trouble == "answer shuffled":
            return self.fate.random.sample(list(results) * 2, len(results) * 2)
        if trouble == "answer names others":
            named = {one.id for one in results}
            others = [one for one in self.subject_of if one not in named]
            return [*results, *(EventResult(id=o, status=EventStatus.APPLIED) for o in others)]
        return results

    def _part(self, items: Sequence[bytes]) -> Sequence[bytes]:
        """Of some subjects less than was sent, from their beginning on."""
        left = {subject: self.fate.random.randint(0, 3) for subject in SUBJECTS}
        taken = []
        for item in items:
            subject = self.subject_of.get(id_and_seq(item)[0], "")
            if left.get(subject, 1) > 0:
                taken.append(item)
            left[subject] = left.get(subject, 1) - 1
        return taken

    def _stop_at_poison(self, request: Request) -> None:
        if any(is_in(request.body, event_id) for event_id in self.heavy):
            raise TimedOut("heavy")
        if any(is_in(request.body, event_id) for event_id in self.oversized):
            raise BatchTooLarge("oversized")


class SimTransport(HttpTransport):
    """The real transport from the socket upwards."""

    def __init__(self, link: SimLink, kiosk: SimKiosk) -> None:
        super().__init__(
            "https://centre.example", DEVICE, SIGNER, link.centre.public_key, clock=kiosk.clock
        )
        self._link = link
        self._kiosk = kiosk

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        request = Request(method, path, body, headers.get("Authorization", ""))
        response = self._link.exchange(self._kiosk, request)
        told = {"Content-Type": response.media_type}
        if response.retry_after:
            told["Retry-After"] = response.retry_after
        failure = error_of_response(response.status, told, response.body)
        if failure is not None:
            raise failure
        return response.body

    def decisions(self, after: int) -> DecisionPage:
        if self._link.fate.strikes("decisions fail", 0.1):
            raise Unreachable("decisions")
        return DecisionPage(**self._common(), decisions=(), cursor=after, more=False)

    def feed_page(self, feed: str, after: int, limit_bytes: int) -> NoReturn:
        # As a centre of the version before: the sealed feeds have tests of their own.
        raise ProtocolMismatch("no such feed")

    def roster(self, after: int) -> RosterPage:
        if self._link.fate.strikes("roster busy", 0.1):
            raise ServerBusy(5.0)
        common = self._common()
        return RosterPage(
            **common, upserts=(), tombstones=(), cursor=after, as_of=common["time"], more=False
        )

    def _common(self) -> dict[str, object]:
        return {
            "protocol": 1,
            "device": DEVICE,
            "epoch": self._link.centre.epoch,
            "time": self._kiosk.clock.wall,
            "nonce": "n",
        }


def is_in(body: bytes, event_id: str) -> bool:
    """Whether a batch carries an event: its id stands in the clear in every version of an item."""
    return event_id.encode() in body or UUID(event_id).bytes in body


def _forged(request: Request, ids: list[str], centre_key: str) -> Response:
    """Everything is said to be applied, in the centre's name, but a stranger signed it."""
    answer = BatchAnswer(
        protocol=protocol_of(request),
        batch=batch_of(request),
        device=DEVICE,
        epoch="forged",
        hwm=10**6,
        time="2026-11-23T08:00:00.000Z",
        results=tuple(EventResult(id=one, status=EventStatus.APPLIED) for one in ids),
    )
    envelope = json.loads(seal_answer(answer, Purpose.BATCH_ANSWER, STRANGER))
    envelope["key"] = centre_key
    return Response(200, "application/json", json.dumps(envelope).encode())
