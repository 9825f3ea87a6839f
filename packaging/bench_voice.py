"""Measure the voice engine: how often two voices are taken for one, by seconds and by words, and what a second costs.

LibriSpeech: 10 English speakers, of every utterance of at least 4 s the first 4 s of speech at most; every pair of
utterances once. All of a speaker's utterances are of one sitting: a bar for the engine, no promise for a kiosk.
Mandarin: 16 adults who say 12 words six times; three takes of all words enrol, of the other three takes 1 to 12
words verify. Intervals: people drawn again with replacement, 95 %.
"""

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk.identity.voice.ge2e_embedder import SHORTEST_S, Ge2eEmbedder  # noqa: E402 - found so
from kiosk.identity.voice.silero_vad import SileroVad  # noqa: E402
from kiosk.identity.voice.sound_quality import speech_of  # noqa: E402
from kiosk.identity.voice.speaker_embedder import unit  # noqa: E402
from kiosk.services.hear_digits import SPEECH_PROBABILITY  # noqa: E402
from kiosk.services.ports import SOUND_BLOCK, SOUND_RATE_HZ, Embedding, Sound  # noqa: E402
from kiosk.services.voice_ports import BLOCK_S, Utterance  # noqa: E402

SEED = 20_261_127
BAR = 0.04
"""Largest equal error rate on LibriSpeech at 4 s."""
SECONDS = 4.0
SITTINGS = 500
"""Draws of the bootstrap."""
WORDS = 12
TAKES = 6
WORD_COUNTS = tuple(range(1, WORDS + 1))
FEW_WORDS = 6
"""Up to this many words, each take is drawn from twice."""
NOISES_DB = (30, 20, 15, 10)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EqualError:
    """Where as many strangers are accepted as people are rejected."""

    rate: float
    low: float
    high: float
    """Of the 95 % interval."""
    threshold: float
    people: int
    genuine: int
    impostor: int
    speech_s: float
    """Mean of the probes."""

    def line(self, name: str) -> str:
        """For people."""
        return (
            f"{name:<34} EER {self.rate:6.2%} [{self.low:.2%}, {self.high:.2%}]  at cosine {self.threshold:.3f}  "
            f"{self.people} people, {self.genuine} genuine and {self.impostor} impostor pairs, "
            f"{self.speech_s:.1f} s of speech"
        )


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """What was measured."""

    librispeech: EqualError
    by_noise: dict[int, EqualError]
    """Clean phrases against those with white noise of so many dB."""
    by_words: dict[int, EqualError]
    embed_ms: float
    """CPU milliseconds for a second of speech, on one thread."""
    detect_ms: float
    """The same for the speech detector and a second of sound."""


class Bench:
    """Reads recordings and describes voices, and counts what that costs."""

    def __init__(self, media: Path) -> None:
        self._speech = media / "speech"
        self._embedder = Ge2eEmbedder(media / "models" / "speaker_embedding_ge2e.onnx")
        self._detector = SileroVad(media / "models" / "vad_silero.onnx")
        self._embedder.warm_up()
        self._detector.warm_up()
        self._embedded_s = self._detected_s = 0.0
        self._embed_cpu_s = self._detect_cpu_s = 0.0

    def librispeech(self) -> dict[str, list[Sound]]:
        """Speech of each speaker's utterances of at least 4 s, at most 4 s of it."""
        people: dict[str, list[Sound]] = {}
        for path in sorted((self._speech / "speakers" / "librispeech").glob("*/*.flac")):
            sound = read_sound(path)
            if len(sound) >= SECONDS * SOUND_RATE_HZ:
                people.setdefault(path.parent.name, []).append(self.speech(sound, SECONDS))
        return people

    def words(self) -> dict[str, list[list[Sound]]]:
        """Speech of each speaker, by take and word."""
        people: dict[str, list[list[Sound]]] = {}
        for folder in sorted((self._speech / "commands").glob("spk*")):
            by_word = [sorted(folder.glob(f"{word:02d}-*.flac")) for word in range(WORDS)]
            people[folder.name] = [
                [self.speech(read_sound(paths[take])) for paths in by_word] for take in range(TAKES)
            ]
        return people

    def speech(self, sound: Sound, most_s: float = math.inf) -> Sound:
        """Cut the silence out; at most so many seconds of speech, from the beginning."""
        began_s = time.thread_time()
        stream = self._detector.begin()
        whole = sound[: len(sound) // SOUND_BLOCK * SOUND_BLOCK]
        blocks: list[Sound] = []
        speaks: list[bool] = []
        for block in whole.reshape(-1, SOUND_BLOCK):
            if sum(speaks) * BLOCK_S >= most_s:
                break
            blocks.append(block)
            speaks.append(stream.probability(block) >= SPEECH_PROBABILITY)
        self._detect_cpu_s += time.thread_time() - began_s
        self._detected_s += len(blocks) * BLOCK_S
        speech = speech_of(Utterance(tuple(blocks), tuple(speaks)))
        return speech[: round(min(most_s, len(speech)) * SOUND_RATE_HZ)]

    def embed(self, speech: Sound) -> Embedding:
        """Describe a voice."""
        began_s = time.thread_time()
        vector = self._embedder.embed(speech)
        self._embed_cpu_s += time.thread_time() - began_s
        self._embedded_s += len(speech) / SOUND_RATE_HZ
        return vector

    def costs_ms(self) -> tuple[float, float]:
        """Of a second of speech described, and of a second of sound looked at."""
        return (
            1e3 * self._embed_cpu_s / self._embedded_s,
            1e3 * self._detect_cpu_s / self._detected_s,
        )


def measure(media: Path, word_counts: Sequence[int] = WORD_COUNTS) -> VoiceFigures:
    """Measure everything: about two minutes of one core.

    Args:
        media: the folder of models and recordings.
        word_counts: for the Mandarin speakers.
    """
    bench = Bench(media)
    people = bench.librispeech()
    clean = {name: [bench.embed(speech) for speech in said] for name, said in people.items()}
    seconds = mean_s([speech for said in people.values() for speech in said])
    figure = equal_error(*pair_scores(clean, clean), seconds)
    by_noise = {}
    for noise_db in NOISES_DB:
        noisy = {
            name: [bench.embed(with_noise(speech, noise_db)) for speech in said]
            for name, said in people.items()
        }
        by_noise[noise_db] = equal_error(*pair_scores(clean, noisy), seconds)
    by_words = measure_words(bench, word_counts) if word_counts else {}
    return VoiceFigures(figure, by_noise, by_words, *bench.costs_ms())


def measure_librispeech(media: Path) -> EqualError:
    """Only what has a bar: about ten seconds of one core."""
    bench = Bench(media)
    people = bench.librispeech()
    vectors = {name: [bench.embed(speech) for speech in said] for name, said in people.items()}
    seconds = mean_s([speech for said in people.values() for speech in said])
    return equal_error(*pair_scores(vectors, vectors), seconds)


def measure_words(bench: Bench, word_counts: Sequence[int]) -> dict[int, EqualError]:
    """Enrol with three takes of all words, verify with a few words of the others."""
    people = bench.words()
    half = TAKES // 2
    templates = {
        name: unit(np.mean([bench.embed(np.concatenate(take)) for take in takes[:half]], axis=0))
        for name, takes in people.items()
    }
    random = np.random.default_rng(SEED)
    figures = {}
    for count in word_counts:
        probes: dict[str, list[Embedding]] = {}
        said: list[Sound] = []
        for name, takes in people.items():
            for take in takes[half:]:
                for _ in range(2 if count <= FEW_WORDS else 1):
                    chosen = random.permutation(WORDS)[:count]
                    speech = np.concatenate([take[word] for word in chosen])
                    if len(speech) >= SHORTEST_S * SOUND_RATE_HZ:  # else the engine abstains
                        said.append(speech)
                        probes.setdefault(name, []).append(bench.embed(speech))
        references = {name: [template] for name, template in templates.items()}
        figures[count] = equal_error(*trial_scores(references, probes), mean_s(said))
    return figures


def pair_scores(
    one: dict[str, list[Embedding]], other: dict[str, list[Embedding]]
) -> tuple[list[list[Floats]], int]:
    """Cosines of all pairs of two different utterances, by people: scores[i][j] holds those of person i and j.

    Where both sets are the same, each pair counts once.
    """
    names = list(one)
    scores: list[list[Floats]] = []
    for i, left in enumerate(names):
        row = []
        for j, right in enumerate(names):
            cosines = np.asarray(one[left]) @ np.asarray(other[right]).T
            if i == j:
                first, second = np.triu_indices(len(cosines), 1)
                row.append(cosines[first, second].astype(np.float64))
            elif j < i and one is other:
                row.append(np.zeros(0))
            else:
                row.append(cosines.ravel().astype(np.float64))
        scores.append(row)
    return scores, len(names)


def trial_scores(
    references: dict[str, list[Embedding]], probes: dict[str, list[Embedding]]
) -> tuple[list[list[Floats]], int]:
    """Cosines of every probe with every reference, by people."""
    names = list(references)
    scores = [
        [
            (np.asarray(references[i]) @ np.asarray(probes[j]).T).ravel().astype(np.float64)
            for j in names
        ]
        for i in names
    ]
    return scores, len(names)


def equal_error(scores: list[list[Floats]], people: int, speech_s: float) -> EqualError:
    """The equal error rate and its interval over people."""
    random = np.random.default_rng(SEED)
    everybody = np.arange(people)
    genuine, impostor = _split(scores, everybody)
    rate, threshold = equal_error_rate(genuine, impostor)
    drawn = [
        equal_error_rate(*_split(scores, random.integers(0, people, people)))[0]
        for _ in range(SITTINGS)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return EqualError(
        rate, float(low), float(high), threshold, people, len(genuine), len(impostor), speech_s
    )


def equal_error_rate(genuine: Floats, impostor: Floats) -> tuple[float, float]:
    """Rate and threshold: a comparison at or above the threshold is a match."""
    genuine, impostor = np.sort(genuine), np.sort(impostor)
    thresholds = np.unique(np.concatenate((genuine, impostor)))
    rejected = np.searchsorted(genuine, thresholds, "left") / len(genuine)
    accepted = 1.0 - np.searchsorted(impostor, thresholds, "left") / len(impostor)
    at = int(np.argmin(np.abs(rejected - accepted)))
    return float((rejected[at] + accepted[at]) / 2), float(thresholds[at])


def _split(scores: list[list[Floats]], drawn: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    genuine = [scores[i][i] for i in drawn]
    impostor = [scores[i][j] for i in drawn for j in drawn if i != j]
    return np.concatenate(genuine), np.concatenate(impostor)


def with_noise(speech: Sound, snr_db: float) -> Sound:
    """Add white noise, the same for every recording."""
    random = np.random.default_rng(SEED)
    power = float(np.mean(np.square(speech.astype(np.float64))))
    noise = random.normal(0.0, np.sqrt(power / 10 ** (snr_db / 10)), len(speech))
    return np.clip(np.round(speech + noise), -32768, 32767).astype(np.int16)


def read_sound(path: Path) -> Sound:
    """Read a recording of 16 kHz."""
    sound, rate_hz = soundfile.read(path, dtype="int16")
    if rate_hz != SOUND_RATE_HZ:
        raise ValueError(f"{path.name} has {rate_hz} Hz")
    return np.asarray(sound, dtype=np.int16)


def mean_s(sounds: Sequence[Sound]) -> float:
    """Mean length in seconds."""
    return float(np.mean([len(sound) for sound in sounds]) / SOUND_RATE_HZ)


def print_figures(figures: VoiceFigures) -> int:
    """Print all figures; 1 when the bar is not reached."""
    print("voice, GE2E: equal error rates with 95 % intervals over people")
    print("  " + figures.librispeech.line("LibriSpeech, 4 s"))
    for noise_db, figure in figures.by_noise.items():
        print("  " + figure.line(f"  with white noise, SNR {noise_db} dB"))
    for count, figure in figures.by_words.items():
        print("  " + figure.line(f"Mandarin, {count} words"))
    print(
        f"  CPU for a second: {figures.embed_ms:.1f} ms describing, {figures.detect_ms:.1f} ms detecting speech"
    )
    is_good = figures.librispeech.rate <= BAR
    print(f"  bar: EER <= {BAR:.0%} at 4 s: {'reached' if is_good else 'NOT REACHED'}")
    return 0 if is_good else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    media: Any = os.environ.get("XIANGLIN_MEDIA") or ROOT.parent / "shared" / "media"
    parser.add_argument("--media", type=Path, default=Path(media), help="models and recordings")
    place = parser.parse_args(arguments).media
    if not (place / "speech" / "speakers").is_dir():
        print(f"voice: not measured, there are no recordings at {place}; set XIANGLIN_MEDIA")
        return 0
    return print_figures(measure(place))


if __name__ == "__main__":
    sys.exit(main())
