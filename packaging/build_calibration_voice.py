"""Measure the GE2E engine on Mandarin speakers and write its entry of assets/calibration/default.json.

Sixteen adults who say twelve words six times. As a kiosk enrols and checks: three phrases of six words enrol, of the
other three takes four words (3.2 s of speech, the least that is compared) verify. Only figures are written, no vectors.

    python3 packaging/build_calibration_voice.py

XIANGLIN_MEDIA names the folder of test media.
"""

import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "packaging")]

from bench_voice import SEED, TAKES, WORDS, Bench  # noqa: E402 - found so

from kiosk.clock import SystemClock, site_date  # noqa: E402
from kiosk.domain.identity_evidence import Modality  # noqa: E402
from kiosk.identity.calibration_file import shipped_calibration, write_calibration  # noqa: E402
from kiosk.identity.evaluation.calibrate import Measured, calibrate  # noqa: E402
from kiosk.identity.evaluation.rates import equal_error_rate  # noqa: E402
from kiosk.identity.evaluation.scoring import (  # noqa: E402
    Comparisons,
    Embedded,
    SpaceChoice,
    score,
)
from kiosk.identity.score_space import Metric  # noqa: E402
from kiosk.identity.voice.ge2e_embedder import ENGINE_ID  # noqa: E402
from kiosk.services.enrol_voice import PHRASE_DIGITS, PHRASES  # noqa: E402
from kiosk.services.ports import Sound  # noqa: E402

FILE = ROOT / "assets" / "calibration" / "default.json"
MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or ROOT.parent / "shared" / "media")
PROBE_WORDS = 4
PROBES_PER_TAKE = 2
DATASET = (
    "DSPSpeech-20: 16 adults, Mandarin words, one sitting and microphone each; 3 phrases of 6 words enrol, 4 words "
    "(3.2 s) of other takes verify"
)


def measure(bench: Bench) -> Measured:
    """Embed phrases and probes and compare every probe with everybody's template."""
    random = np.random.default_rng(SEED)
    vectors, person = [], []
    enrolled: list[list[int]] = []
    probes: list[int] = []

    def add(speaker: int, take: list[Sound], words: int) -> int:
        chosen = random.permutation(WORDS)[:words]
        vectors.append(bench.embed(np.concatenate([take[word] for word in chosen])))
        person.append(speaker)
        return len(vectors) - 1

    for speaker, takes in enumerate(bench.words().values()):
        enrolled.append([add(speaker, take, PHRASE_DIGITS) for take in takes[:PHRASES]])
        for take in takes[PHRASES:TAKES]:
            probes += [add(speaker, take, PROBE_WORDS) for _ in range(PROBES_PER_TAKE)]
    embedded = Embedded(
        np.stack(vectors).astype(np.float64), np.array(person, dtype=np.int64), Metric.COSINE
    )
    trials = score(
        embedded,
        Comparisons(
            np.repeat(np.array(probes, dtype=np.int64), len(enrolled)),
            np.tile(np.array(enrolled, dtype=np.int64), (len(probes), 1)),
        ),
    )
    tried = ((Metric.COSINE.value, equal_error_rate(trials)),)
    return Measured(
        ENGINE_ID,
        Modality.VOICE,
        DATASET,
        site_date(SystemClock().now()),
        PHRASES,
        embedded,
        SpaceChoice(trials, False, False, tried),
    )


def main() -> int:
    """Measure, write, and say what was measured."""
    if not (MEDIA / "speech" / "commands").is_dir():
        print(f"no recordings below {MEDIA}; set XIANGLIN_MEDIA", file=sys.stderr)
        return 1
    measured = measure(Bench(MEDIA))
    entry = calibrate(measured)
    write_calibration(FILE, shipped_calibration().with_engine(entry))
    FILE.chmod(0o644)
    rejected = float(np.mean(measured.trials.genuine < entry.factor_similarity))
    print(
        f"{entry.people} people, {entry.genuine} genuine and {entry.impostor} impostor comparisons: EER "
        f"{entry.equal_error_rate:.2%}; counts as a proof from cosine {entry.factor_similarity:.3f} on, "
        f"which rejects {rejected:.1%}"
    )
    for row in entry.rows:
        print(
            f"  {row.similarity:.3f}  FAR {row.far:.2%}, below {row.far_bound:.2%}; "
            f"FRR {row.frr:.1%} [{row.frr_low:.1%}, {row.frr_high:.1%}]"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
