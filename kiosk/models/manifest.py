"""Which models the kiosk knows: what each is for, where it comes from, and the digest that it must have."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

EMBEDDING_MODEL = "face_embedding_dlib_resnet"
LANDMARK_MODEL = "face_landmarks_5_points"
YUNET = "face_detection_yunet"
SFACE = "face_embedding_sface"
MOBILEFACE = "face_embedding_mobileface"
PAD_NEAR = "face_pad_minifasnet_v2"
PAD_WIDE = "face_pad_minifasnet_v1se"
GE2E = "speaker_embedding_ge2e"
CAMPPLUS = "speaker_embedding_campplus"
VOSK_SPEAKER = "speaker_embedding_vosk"
VOSK_CHINESE = "speech_vosk_small_cn"
SHERPA_CHINESE = "speech_sherpa_zh_14m"
POCKETSPHINX_CHINESE = "speech_pocketsphinx_zh"
SILERO_VAD = "vad_silero"

KINDS = {
    "face_detector": "找人脸",
    "face_embedder": "比对人脸",
    "face_pad": "真人判断",
    "landmarks": "脸上的点",
    "speaker_embedder": "比对声音",
    "speech_recogniser": "听懂说话",
    "vad": "分辨静音",
}
"""What a model does, for staff."""
COMMERCIAL = {"yes": "可以", "unclear": "不明确", "no": "不可以"}
"""Whether the weights may be used commercially, for staff."""
ARCHIVES = ("none", "zip", "tar.bz2")
DIGEST_ORIGINS = ("computed", "upstream", "reported")

_ID = re.compile(r"[a-z][a-z0-9_]{2,60}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of ``assets/models.toml``; what the engines ask of it stands in its last fields."""

    id: str
    kind: str
    """A key of ``KINDS``."""
    name: str
    """What it is called in the world."""
    purpose: str
    """What it is for, for staff."""
    version: str
    file: str
    """Its name in the models folder; inside a package, the path with ``/``. Of an archive, the folder it becomes."""
    licence: str
    """SPDX."""
    commercial: str
    """A key of ``COMMERCIAL``."""
    remark: str
    """What staff should know of the licence; may be empty."""
    source: str
    """The page of its makers."""
    input: str
    output: str
    sha256: str = ""
    """Of the file or archive, lower-case hexadecimal; empty when nobody could say it here."""
    digest_from: str = ""
    """One of ``DIGEST_ORIGINS``; empty without a digest."""
    size_bytes: int = 0
    """Of the file or archive, or of all files; 0 when unknown."""
    unpacked_bytes: int = 0
    """What an archive may unpack to at most."""
    archive: str = "none"
    """One of ``ARCHIVES``."""
    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 by path of a folder that no archive carries."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the same files: a stick is searched for them by size first."""
    package: str = ""
    """The Python package that carries the file; located, never imported."""
    url: str = ""
    """Where the file can be downloaded; empty when nobody offers this very file."""
    hosts: tuple[str, ...] = ()
    """Where that address may redirect to."""
    engine_id: str = ""
    """Names the engine in templates and calibrations; of different engines nothing is ever compared."""
    dimension: int = 0
    """Of an embedding."""
    metric: str = ""
    """Of an embedding: ``euclidean`` or ``cosine``."""
    input_order: str = ""
    """Of a face embedder's channels: ``RGB`` or ``BGR``."""
    input_scale: float = 1.0
    """What a face embedder's input is multiplied by, after ``input_mean`` was taken away."""
    input_mean: float = 0.0
    """0 to 255."""
    alignment: str = ""
    """Of a face embedder: ``dlib150`` or ``arcface112``."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files when it is installed."""
        return self.archive != "none" or bool(self.files)

    @property
    def local_name(self) -> str:
        """Its name in the models folder."""
        return PurePosixPath(self.file).name


class ManifestFaulty(ValueError):
    """A manifest says something impossible; a bug of whoever wrote it."""


@cache
def read_manifest() -> Mapping[str, ModelEntry]:
    """The models that ship with the kiosk's manifest, by id.

    Raises:
        ManifestFaulty: the file is wrong.
    """
    text = resources.files("assets").joinpath("models.toml").read_text(encoding="utf-8")
    return parse_manifest(text)


def parse_manifest(text: str) -> Mapping[str, ModelEntry]:
    """Check a manifest.

    Raises:
        ManifestFaulty: names the first fault.
    """
    entries: dict[str, ModelEntry] = {}
    for raw in tomllib.loads(text)["models"]:
        entry = _entry(raw)
        if entry.id in entries:
            raise ManifestFaulty(f"{entry.id} is listed twice")
        entries[entry.id] = entry
    places = [entry.local_name.casefold() for entry in entries.values()]
    if len(set(places)) < len(places):
        raise ManifestFaulty("two models have one name")
    return MappingProxyType(entries)


def _entry(raw: dict[str, Any]) -> ModelEntry:
    known = {one.name for one in fields(ModelEntry)}
    if raw.keys() - known:
        raise ManifestFaulty(f"{raw.get('id')}: unknown {sorted(raw.keys() - known)}")
    try:
        entry = ModelEntry(**{**raw, "hosts": tuple(raw.get("hosts", ()))})
    except TypeError as error:
        raise ManifestFaulty(f"{raw.get('id')}: {error}") from error
    fault = next((words for is_right, words in _checks(entry) if not is_right), "")
    if fault:
        raise ManifestFaulty(f"{entry.id}: {fault}")
    return entry


def _checks(entry: ModelEntry) -> tuple[tuple[bool, str], ...]:
    is_embedder = entry.kind in ("face_embedder", "speaker_embedder")
    digests = [entry.sha256] if entry.sha256 else list(entry.files.values())
    return (
        (_ID.fullmatch(entry.id) is not None, "id"),
        (entry.kind in KINDS, "kind"),
        (entry.commercial in COMMERCIAL, "commercial"),
        (entry.archive in ARCHIVES, "archive"),
        (is_safe_path(entry.file), "file"),
        (all(is_safe_path(path) for path in entry.files), "files"),
        (all(_SHA256.fullmatch(one) for one in digests), "sha256"),
        (bool(digests) == bool(entry.digest_from), "digest_from without digest, or the other way"),
        (entry.digest_from in ("", *DIGEST_ORIGINS), "digest_from"),
        (entry.archive == "none" or entry.unpacked_bytes > 0, "unpacked_bytes"),
        (not (entry.sha256 and entry.files), "one digest or many, not both"),
        (entry.sizes.keys() == entry.files.keys(), "sizes"),
        (bool(entry.digest_from) or bool(entry.url), "neither digest nor url"),
        (not entry.url or urlsplit(entry.url).scheme == "https", "url"),
        (all(_HOST.fullmatch(host) for host in entry.hosts), "hosts"),
        (not is_embedder or bool(entry.engine_id and entry.dimension), "engine_id, dimension"),
        (not is_embedder or entry.metric in ("euclidean", "cosine"), "metric"),
        (entry.kind != "face_embedder" or entry.input_order in ("RGB", "BGR"), "input_order"),
        (
            entry.kind != "face_embedder" or entry.alignment in ("dlib150", "arcface112"),
            "alignment",
        ),
    )


def is_safe_path(path: str) -> bool:
    """Whether a relative path stays in its folder on every system, and names no device or hidden place."""
    parts = path.split("/")
    return len(path) <= 240 and len(parts) <= 8 and all(_is_safe_name(part) for part in parts)


_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+=-]{0,119}")
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10)),
}


def _is_safe_name(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and not name.endswith(".")
        and name.partition(".")[0].casefold() not in _DEVICES
    )
