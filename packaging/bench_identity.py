"""Measure the face engine against the plain ``face_recognition`` flow, and what a check costs the screen.

Portraits at 640x480, one thread, processor time of the whole process, both sides in turns in one run: read the ratios.

- First frame: find the face in a picture never seen before, judge it, describe it. The plain side is
  ``face_recognition.face_encodings(picture)``; the package is installed for this alone, without its build of dlib.
- Tracked frame: the same while the face stays about where it was, the regular looks at the whole picture included.
- Embedding: the network alone, against dlib's; and how far dlib's own weights through ONNX differ from dlib.
- Screen: for how long the window's thread could not answer while a check runs beside it.
- Decision: processor time of a check from its first good frame to its answer, the screen included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is loaded

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from kiosk.config import KioskConfig  # noqa: E402 - found through the line above
from kiosk.devices.picture import letter_box, read_picture  # noqa: E402
from kiosk.face_engine import FaceEngines  # noqa: E402
from kiosk.identity.alignment import ARCFACE_SIDE, Chip  # noqa: E402
from kiosk.identity.embedded_engine import EmbeddedFaceEngine  # noqa: E402
from kiosk.identity.face_embedder import ArcFaceOnnxEmbedder, FaceEmbedder  # noqa: E402
from kiosk.identity.face_network import (  # noqa: E402
    DlibEmbedder,
    FaceNetworkLoader,
    parity_error,
    synthetic_chip,
)
from kiosk.models.manifest import EMBEDDING_MODEL  # noqa: E402
from kiosk.models.store import ModelStore  # noqa: E402
from kiosk.services.ports import Frame  # noqa: E402

sys.path.insert(0, str(ROOT / "packaging"))
from _bench_screen import ScreenFigures, measure_screen  # noqa: E402

MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or ROOT.parent / "shared" / "media")
PORTRAITS = (
    "examples/obama.jpg",
    "examples/obama2.jpg",
    "examples/knn_examples/test/obama1.jpg",
    "examples/knn_examples/train/biden/biden2.jpg",
    "examples/alex-lacamoire.png",
    "examples/lin-manuel-miranda.png",
    "examples/knn_examples/train/kit_harington/john2.jpeg",
    "examples/knn_examples/train/rose_leslie/img2.jpg",
)
WRAPPER = ("face-recognition==1.3.0", "setuptools<81")
"""The second is what the first needs and no longer gets by itself."""
ROUNDS = 8
TRACKED_FRAMES = 20
"""After the first: four looks at the whole picture among them."""
CHIPS = 12
"""For parity."""
PLACE = ROOT / "build" / "face_recognition"

FIRST_BAR, TRACKED_BAR, EMBED_BAR = 12.0, 16.0, 15.0
PARITY_BAR = 1e-5
SCREEN_BAR_MS, DECISION_BAR_MS = 30.0, 600.0


@dataclass(frozen=True, slots=True)
class Times:
    """Processor milliseconds of one engine, medians."""

    engine: str
    runtime: str
    first_ms: float
    tracked_ms: float
    embed_ms: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One demand and what was measured."""

    what: str
    measured: str
    demand: str
    is_met: bool


class BenchError(Exception):
    """Something could not be measured; the text says why."""


class PlainSide:
    """The process with the plain package."""

    def __init__(self, pictures: Sequence[Path], place: Path) -> None:
        if not (place / "face_recognition").is_dir():
            install(place)
        environment = {
            **os.environ,
            "PYTHONPATH": str(place),
            "PYTHONWARNINGS": "ignore",
        }
        self._process = subprocess.Popen(
            [
                sys.executable,
                str(ROOT / "packaging" / "_plain_recognition.py"),
                *map(str, pictures),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def round(self) -> tuple[list[float], float]:
        """Milliseconds for each picture in which it finds a face, and for one embedding."""
        asked, told = self._pipes()
        asked.write("round\n")
        asked.flush()
        line = told.readline()
        if not line:
            raise BenchError("the plain face_recognition package could not be run")
        answer = json.loads(line)
        return [one for one in answer["frames_ms"] if one is not None], float(answer["embed_ms"])

    def close(self) -> None:
        """End it."""
        asked, told = self._pipes()
        asked.close()
        self._process.wait(timeout=30)
        told.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            raise BenchError("no pipes")
        return asked, told


def install(place: Path) -> None:
    """Put the wrapper beside this environment; dlib and the weights are here already."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    done = subprocess.run([*command, str(place), *WRAPPER], check=False)
    if done.returncode:
        raise BenchError(f"pip could not install {WRAPPER[0]}")


def first_and_tracked(engine: EmbeddedFaceEngine, pictures: Sequence[Frame]) -> tuple[float, float]:
    """Mean milliseconds of a first frame and of a tracked one, over all pictures."""
    first, tracked = [], []
    for picture in pictures:
        engine.observe(np.zeros_like(picture))  # forgets the picture before
        first.append(cpu_ms(partial(look, engine, picture)))
        for number in range(TRACKED_FRAMES):
            moved = np.roll(picture, 2 * (number % 3), axis=1)
            tracked.append(cpu_ms(partial(look, engine, moved)))
    return statistics.fmean(first), statistics.fmean(tracked)


def look(engine: EmbeddedFaceEngine, frame: Frame) -> None:
    """What is done for a compared frame."""
    engine.embed(frame, engine.observe(frame))


def cpu_ms(job: Callable[[], object]) -> float:
    """Processor milliseconds of this process, all its threads."""
    began = time.process_time()
    job()
    return 1e3 * (time.process_time() - began)


def embedder_of(engines: FaceEngines, engine_id: str, cache_dir: Path) -> tuple[FaceEmbedder, Chip]:
    """An engine's network, and a chip of its size."""
    entry = engines.entries()[engine_id]
    if entry.alignment == "arcface112":
        network = ArcFaceOnnxEmbedder(engines.store.checked_path(entry.id), entry)
        return network, synthetic_chip(1)[:ARCFACE_SIDE, :ARCFACE_SIDE].copy()
    return FaceNetworkLoader(engines.store, cache_dir).load(), synthetic_chip(1)


def parity(models: ModelStore, cache_dir: Path) -> float:
    """The largest distance between both runtimes of dlib's network."""
    fast = FaceNetworkLoader(models, cache_dir).load()
    reference = DlibEmbedder(models.checked_path(EMBEDDING_MODEL))
    return max(parity_error(fast, reference, synthetic_chip(number)) for number in range(CHIPS))


@dataclass(slots=True)
class Rounds:
    """What each round measured of one engine."""

    engine: EmbeddedFaceEngine
    embedder: FaceEmbedder
    chip: Chip
    first: list[float]
    tracked: list[float]
    embed: list[float]

    def measure(self, pictures: Sequence[Frame]) -> None:
        """One more."""
        first, tracked = first_and_tracked(self.engine, pictures)
        self.first.append(first)
        self.tracked.append(tracked)
        self.embed.append(cpu_ms(lambda: self.embedder.embed(self.chip)))

    def times(self) -> Times:
        """Medians."""
        return Times(
            self.engine.engine_id,
            self.engine.runtime,
            *(statistics.median(one) for one in (self.first, self.tracked, self.embed)),
        )


def measure(
    rounds: int, models: ModelStore, cache_dir: Path, pictures: Sequence[Path]
) -> tuple[Times, list[Times]]:
    """Both sides in turns; the plain side first, then each engine, the best first."""
    frames = [letter_box(read_picture(path), 640, 480) for path in pictures]
    runs = []
    for store in (models, ModelStore()):
        engines = FaceEngines(KioskConfig(), cache_dir, store)
        engine = engines.best()
        engine.warm_up()
        runs.append(Rounds(engine, *embedder_of(engines, engine.engine_id, cache_dir), [], [], []))
    plain = PlainSide(pictures, PLACE)
    flows: list[float] = []
    embeds: list[float] = []
    try:
        for _ in range(rounds):
            found, embed = plain.round()
            flows.append(statistics.fmean(found))
            embeds.append(embed)
            for run in runs:
                run.measure(frames)
    finally:
        plain.close()
    flow = statistics.median(flows)
    bare = Times("face_recognition", "dlib", flow, flow, statistics.median(embeds))
    return bare, [run.times() for run in runs]


def bars(plain: Times, best: Times, difference: float, screen: ScreenFigures) -> list[Bar]:
    """Every demand with what was measured."""
    found = []
    for what, ours, theirs, least in (
        ("first frame", best.first_ms, plain.first_ms, FIRST_BAR),
        ("tracked frame", best.tracked_ms, plain.tracked_ms, TRACKED_BAR),
        ("embedding", best.embed_ms, plain.embed_ms, EMBED_BAR),
    ):
        ratio = theirs / ours
        words = f"{theirs:.1f} to {ours:.1f} ms: {ratio:.1f} x"
        found.append(Bar(what, words, f">= {least:.0f} x", ratio >= least))
    stall, decision = max(screen.stall_ms, screen.usual_gap_ms), screen.decision_cpu_ms
    words = f"{screen.stall_ms:.1f} ms, usual gap {screen.usual_gap_ms:.1f} ms"
    found += [
        Bar("parity of dlib's weights", f"{difference:.1e}", "<= 1e-5", difference <= PARITY_BAR),
        Bar("screen stands still", words, "<= 30 ms", stall <= SCREEN_BAR_MS),
        Bar("decision", f"{decision:.0f} ms", "< 600 ms", decision < DECISION_BAR_MS),
    ]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print all figures; 1 when a bar is not met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    folder = MEDIA / "faces" / "face_recognition"
    if not folder.is_dir():
        print(f"no photographs at {folder}; set XIANGLIN_MEDIA", file=sys.stderr)
        return 2
    cv2.setNumThreads(1)  # dlib has one anyway
    models = ModelStore(MEDIA / "models")
    pictures = [folder / name for name in PORTRAITS]
    with tempfile.TemporaryDirectory(prefix="xianglin-") as scratch:
        try:
            plain, engines = measure(wanted.rounds, models, Path(scratch), pictures)
        except BenchError as error:
            print(error, file=sys.stderr)
            return 2
        difference = parity(models, Path(scratch))
        screen = measure_screen(FaceEngines(KioskConfig(), Path(scratch), models), pictures[0])
    found = bars(plain, engines[0], difference, screen)
    if wanted.json:
        figures = {
            "times": [asdict(one) for one in (plain, *engines)],
            "parity": difference,
            "screen": asdict(screen),
            "bars": [asdict(one) for one in found],
        }
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        show(plain, engines, found, screen)
    return 0 if all(one.is_met for one in found) else 1


def show(
    plain: Times, engines: Sequence[Times], found: Sequence[Bar], screen: ScreenFigures
) -> None:
    """For people."""
    print(f"{'':<44}{'first':>9}{'tracked':>9}{'embed':>9}   processor ms, 640x480, one thread")
    for one in (plain, *engines):
        name = f"{one.engine} ({one.runtime})"
        print(f"{name:<44}{one.first_ms:9.1f}{one.tracked_ms:9.1f}{one.embed_ms:9.1f}")
    for one in engines:
        ratios = [
            f"{theirs / ours:.1f} x"
            for theirs, ours in (
                (plain.first_ms, one.first_ms),
                (plain.tracked_ms, one.tracked_ms),
                (plain.embed_ms, one.embed_ms),
            )
        ]
        print(f"{'  ' + one.engine + ', times faster':<44}" + "".join(f"{r:>9}" for r in ratios))
    print(
        f"checks: {screen.frames} frames, {screen.compared} compared, {screen.seconds:.1f} s, "
        f"longest gap of the window {screen.longest_gap_ms:.1f} ms"
    )
    for bar in found:
        print(
            f"{'met    ' if bar.is_met else 'NOT MET'} {bar.what:<26}{bar.measured:<32}{bar.demand}"
        )


if __name__ == "__main__":
    sys.exit(main())
