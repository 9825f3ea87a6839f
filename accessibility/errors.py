"""Errors of voice output and of text input. Codes are stable: support hears them over the phone, tests hold them.

AccessibilityError
├── PromptMissing             the catalogue has no such prompt or text, or a slot got no value: a bug
├── CatalogueDamaged          the strings file cannot be used; names every fault
├── PronunciationDamaged      the phrase or surname list cannot be used; names every fault
├── SynthesisError
│   ├── SynthesizerUnavailable    no engine, no library or no Chinese voice: captions only
│   └── SynthesisFailed           this text could not be rendered: caption only, next one may work
├── WavDamaged                a sound file is not usable 16-bit PCM
├── AudioUnavailable          no output device, or it was unplugged: captions only
├── InputTableUnusable        a table of the keyboard is missing or damaged: digits still work
└── DialectPacksDamaged       a dialect pack is missing or has faults; names each of them: standard words still work
"""

from typing import ClassVar


class AccessibilityError(Exception):
    """Base of every error that voice output expects and can explain."""

    code: ClassVar[str] = "ACC-000"
    is_retryable: ClassVar[bool] = False


class PromptMissing(AccessibilityError):
    """The catalogue has no such prompt or text, or one of its slots got no value."""

    code = "ACC-101"

    def __init__(self, prompt_id: str, slot: str | None = None) -> None:
        where = f"slot {slot!r} of {prompt_id!r} has no value" if slot else f"no {prompt_id!r}"
        super().__init__(where)
        self.prompt_id = prompt_id
        self.slot = slot


class CatalogueDamaged(AccessibilityError):
    """The strings file cannot be used; ``faults`` names each problem."""

    code = "ACC-102"

    def __init__(self, source: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"{source}: " + "; ".join(faults))
        self.source = source
        self.faults = faults


class PronunciationDamaged(AccessibilityError):
    """The phrase or surname list cannot be used; ``faults`` names each line at fault."""

    code = "ACC-103"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class SynthesisError(AccessibilityError):
    """A text was not turned into sound; its caption stands."""

    code = "ACC-200"


class SynthesizerUnavailable(SynthesisError):
    """There is no speech engine, a library of it is missing, or it has no Chinese voice."""

    code = "ACC-201"


class SynthesisFailed(SynthesisError):
    """This text could not be rendered: the worker crashed, hung or wrote no usable sound."""

    code = "ACC-202"
    is_retryable = True


class WavDamaged(AccessibilityError):
    """A sound file is not usable 16-bit PCM speech."""

    code = "ACC-203"


class AudioUnavailable(AccessibilityError):
    """There is no sound output device, it was unplugged, or its driver fails."""

    code = "ACC-301"
    is_retryable = True


class InputTableUnusable(AccessibilityError):
    """A table of the keyboard is missing or damaged; digits and the middle dot still work."""

    code = "ACC-401"

    def __init__(self, table: str) -> None:
        super().__init__(f"assets/input/{table} cannot be read")
        self.table = table


class DialectPacksDamaged(AccessibilityError):
    """A dialect pack is missing or has faults; ``faults`` names each. Standard words still work."""

    code = "ACC-501"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
