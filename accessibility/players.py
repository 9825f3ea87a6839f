"""Choice of the sound player from one setting."""

from pathlib import Path

from accessibility.audio import AudioPlayer
from accessibility.silent_player import RecordingPlayer, SilentPlayer
from accessibility.sounddevice_player import SoundDevicePlayer


def make_player(spec: str) -> AudioPlayer:
    """Make the player that a setting names.

    Args:
        spec: ``auto`` for the default loudspeaker, ``none`` for captions only, ``record:<folder>`` to write each
            sound into a folder. With ``auto`` a missing device shows at the first sound, as AudioUnavailable.
    Raises:
        ValueError: none of these.
        AudioUnavailable: the folder cannot be made.
    """
    if spec == "auto":
        return SoundDevicePlayer()
    if spec == "none":
        return SilentPlayer()
    kind, _, folder = spec.partition(":")
    if kind == "record" and folder:
        return RecordingPlayer(Path(folder))
    raise ValueError(f"{spec!r} is none of auto, none, record:<folder>")
