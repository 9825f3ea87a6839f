"""What a dialect pack's TOML file may hold. The loader joins a profile with its area and its group."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from accessibility.phonetics.syllable import parse_syllables


class Basis(StrEnum):
    """What a row rests on."""

    DATA = "D"
    """Computed from recorded character readings of the place."""
    LITERATURE = "L"
    """Attested in a publication, which the source names."""
    KNOWLEDGE = "K"
    """Handbook or general knowledge: a native speaker must review it."""


class Intent(StrEnum):
    """What residents can mean on every page."""

    YES = "yes"
    NO = "no"
    REPEAT = "repeat"
    LOUDER = "louder"
    QUIETER = "quieter"
    SLOWER = "slower"
    FASTER = "faster"
    BACK = "back"
    HELP = "help"
    STOP = "stop"


NAVIGATION = tuple(one for one in Intent if one not in (Intent.YES, Intent.NO))
"""Understood on every page."""

PackId = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=60)]
Share = Annotated[float, Field(ge=0, le=1)]
Sound = Annotated[str, Field(pattern=r"^[a-züɨ]{0,6}$")]
Opening = Literal["", "i", "u", "ü"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Confusion(_Table):
    """A sound of Mandarin that the dialect speaks as another one."""

    part: Literal["initial", "medial", "nucleus", "coda", "syllable"]
    """Which part changes; a syllable is written in pinyin."""
    standard: Sound
    """In Mandarin."""
    spoken: Sound
    """In the dialect; "" for nothing."""
    openings: tuple[Opening, ...] = ()
    """Only before such a final: "" open, i, u, ü; empty for all."""
    initials: tuple[Sound, ...] = ()
    """Only after such an initial; empty for all."""
    nuclei: tuple[Sound, ...] = ()
    """Only with such a nucleus; empty for all."""
    medial: Opening | None = None
    """The medial afterwards: hua is fa, so there it is ""."""
    weight: Share
    """What hearing it so costs in matching: 0 is the same sound, 1 nothing in common."""
    share: Share
    """Of the words that it concerns; 0 takes back what the group says."""
    basis: Basis
    source: Text

    @property
    def key(self) -> tuple[object, ...]:
        """What an inherited rule must share to be replaced."""
        return (self.part, self.standard, self.spoken, self.openings, self.initials, self.nuclei)


class Word(_Table):
    """One way to say something."""

    said: Text
    """In characters."""
    heard: Annotated[str, Field(max_length=60)] = ""
    """How it sounds to a recogniser of Mandarin, in pinyin; empty: as its characters are read in Mandarin."""
    basis: Basis
    source: Text

    @field_validator("heard")
    @classmethod
    def _is_pronounceable(cls, heard: str) -> str:
        parse_syllables(heard)
        return heard


class PackFile(_Table):
    """One file: a group, an area or a profile."""

    id: PackId
    """The file's name."""
    name: Text
    """In Chinese, as residents and staff know it."""
    inherits: PackId | None = None
    """Area or group whose rows are taken over."""
    is_profile: bool = True
    """Whether a site can choose it; groups and areas say false."""
    sayings: tuple[PackId, ...] = ()
    """Keys of service definitions' sayings that are spoken here, besides zh-CN."""
    cluster: Annotated[str, Field(max_length=40)] = ""
    """片 of the Language Atlas of China, second edition."""
    point: Annotated[str, Field(max_length=40)] = ""
    """Place that it stands for."""
    provinces: tuple[Text, ...] = ()
    """Where the picker offers it."""
    features: tuple[Text, ...] = ()
    """In words, for those who review it."""
    basis: Basis = Basis.KNOWLEDGE
    """Of the confusions."""
    reviewer: Annotated[str, Field(max_length=60)] = ""
    """Native speaker who has listened to it and read it; empty: nobody yet."""
    source: Annotated[str, Field(max_length=200)] = ""
    readings: Annotated[str, Field(pattern="^[a-z]{0,20}$")] = ""
    """Table of how the dialect itself reads characters, in assets/speech/readings; empty: none is known."""
    confusions: tuple[Confusion, ...] = ()
    words: dict[Intent, tuple[Word, ...]] = {}
    without: dict[Intent, tuple[Text, ...]] = {}
    """Inherited words that do not mean this here."""
    digits: dict[Annotated[str, Field(pattern="^[0-9]$")], tuple[Word, ...]] = {}
    """How the ten digits are said, besides Mandarin."""
    services: dict[str, tuple[Word, ...]] = {}
    """More sayings of services, by the service's id."""
    vocabulary: dict[PackId, tuple[Word, ...]] = {}
    """Words that mean no action, such as money or kin: for whoever writes sayings and prompts."""
