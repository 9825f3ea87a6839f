"""The voice guide: says each page's prompt, shows the same words as a caption, falls silent at a touch."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from accessibility.audio import AudioPlayer
from accessibility.errors import (
    AudioUnavailable,
    SynthesisError,
    WavDamaged,
)
from accessibility.prompt import Prompt, PromptText
from accessibility.prompt_cache import PromptCache
from accessibility.prompt_catalogue import PromptCatalogue
from accessibility.rate import RateLevel
from accessibility.silent_player import SilentPlayer
from accessibility.sound_source import SoundSource
from accessibility.synthesizer import SpeechSynthesizer
from accessibility.wav import read_wav

_log = logging.getLogger(__name__)

DEFAULT_VOLUME = 0.8
"""Of 1; every visit starts with it."""
_GRACE_S = 3.0
"""How much longer than its length a sound may take before the device counts as stuck."""
_CLOSE_LIMIT_S = 15.0


class GuideState(StrEnum):
    """What the guide is doing."""

    QUIET = "quiet"
    """Nothing to say, or it has been said."""
    PREPARING = "preparing"
    """A prompt waits for its sound; its caption is already shown."""
    SPEAKING = "speaking"
    """A sound is playing, or a silent player takes its time."""
    CLOSED = "closed"


OnCaption = Callable[[str], None]
"""Takes the words of a prompt; called by ``speak`` on the caller's own thread, before it returns."""
OnState = Callable[[GuideState], None]
"""Takes each new state; called on any thread, one call at a time is not promised."""


@dataclass(frozen=True, slots=True)
class _Task:
    turn: int
    prompt: Prompt
    text: PromptText
    rate_level: RateLevel
    volume: float


class VoiceGuide:
    """Speaks the newest prompt. Every method may be called from any thread and returns at once."""

    def __init__(
        self,
        catalogue: PromptCatalogue,
        synthesizer: SpeechSynthesizer | None,
        cache: PromptCache,
        player: AudioPlayer,
        on_caption: OnCaption,
        on_state: OnState | None = None,
    ) -> None:
        """Start the guide; ``close`` ends it.

        Args:
            catalogue: the words.
            synthesizer: None for recordings and captions only; the guide closes it.
            cache: recordings and rendered sounds.
            player: where sounds go; the guide closes it.
            on_caption: see ``OnCaption``.
            on_state: see ``OnState``.
        """
        self._catalogue = catalogue
        self._source = SoundSource(synthesizer, cache)
        self._player = player
        self._silent = SilentPlayer()
        self._on_caption = on_caption
        self._on_state = on_state
        # One caller at a time, who may call again from a callback; the worker never takes it.
        self._control = threading.RLock()
        self._changed = threading.Condition()  # guards everything below
        self._turn = 0
        self._task: _Task | None = None
        self._finished_turn = 0
        self._state = GuideState.QUIET
        self._last: Prompt | None = None
        self._rate_level = RateLevel.NORMAL
        self._volume = DEFAULT_VOLUME
        self._has_output = True
        self._worker = threading.Thread(target=self._run, name="voice-guide", daemon=True)
        self._worker.start()

    def speak(self, prompt: Prompt) -> PromptText:
        """Show and say a prompt in place of whatever is being said.

        Returns:
            the words, for the page to show.
        Raises:
            PromptMissing: the catalogue does not have it; what is being said goes on.
        """
        text = self._catalogue.text(prompt)
        with self._control:
            turn = self._silence()
            self._enter(GuideState.PREPARING, turn)
            self._on_caption(text.caption)
            with self._changed:
                # A callback may have stopped or closed the guide meanwhile.
                if self._turn == turn and self._state is not GuideState.CLOSED:
                    self._last = prompt
                    self._task = _Task(turn, prompt, text, self._rate_level, self._volume)
                    self._changed.notify_all()
        return text

    def stop(self) -> None:
        """Fall silent within 100 ms; the caption stays."""
        with self._control:
            turn = self._silence()
        self._enter(GuideState.QUIET, turn)

    def repeat(self) -> bool:
        """Say the last prompt of this visit again; False when there is none."""
        with self._changed:
            prompt = self._last
        if prompt is None:
            return False
        self.speak(prompt)
        return True

    def set_rate(self, rate_level: RateLevel) -> None:
        """Speak at this rate from the next prompt on, until the visit ends."""
        with self._changed:
            self._rate_level = rate_level

    def set_volume(self, volume: float) -> None:
        """Speak at this volume, 0 to 1, from the next prompt on, until the visit ends."""
        with self._changed:
            self._volume = min(1.0, max(0.0, volume))

    @property
    def rate_level(self) -> RateLevel:
        """Return the rate of this visit."""
        with self._changed:
            return self._rate_level

    @property
    def volume(self) -> float:
        """Return the volume of this visit, 0 to 1."""
        with self._changed:
            return self._volume

    @property
    def state(self) -> GuideState:
        """Return what the guide is doing."""
        with self._changed:
            return self._state

    @property
    def is_audible(self) -> bool:
        """Say whether prompts are heard, as far as is known; captions are always shown."""
        with self._changed:
            return self._has_output and self._source.is_available

    def forget_visit(self) -> None:
        """Fall silent and drop what belongs to the resident: last prompt, its sound, volume and rate.

        A lost sound device is tried again for the next resident.
        """
        with self._control:
            turn = self._silence()
            with self._changed:
                self._last = None
                self._rate_level = RateLevel.NORMAL
                self._volume = DEFAULT_VOLUME
                self._has_output = True
            self._source.forget_visit()
        self._enter(GuideState.QUIET, turn)

    def prerender(
        self, prompts: Iterable[Prompt], on_progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Render prompts at every rate into the cache, on the caller's thread; return how many sounds there are now.

        Args:
            prompts: personal ones are left out.
            on_progress: takes the number done and the number of all.
        """
        fixed = [prompt for prompt in prompts if not prompt.is_personal]
        levels = (
            RateLevel.NORMAL,
            RateLevel.SLOW,
            RateLevel.FAST,
        )  # what is needed first comes first
        jobs = [(prompt, level) for level in levels for prompt in fixed]
        ready = 0
        for done, (prompt, level) in enumerate(jobs, start=1):
            if self.state is GuideState.CLOSED or not self._source.is_available:
                break
            try:
                ready += self._source.sound(prompt, self._catalogue.text(prompt), level) is not None
            except SynthesisError as error:
                _log.warning("%s: %s not rendered: %s", error.code, prompt.id, type(error).__name__)
            if on_progress is not None:
                on_progress(done, len(jobs))
        return ready

    def close(self) -> None:
        """Fall silent, end the worker thread, the speech engine and the player; any number of times."""
        with self._control:
            turn = self._silence()
            self._enter(GuideState.CLOSED, turn)
            with self._changed:
                self._changed.notify_all()
        self._source.close()
        self._worker.join(_CLOSE_LIMIT_S)
        self._player.close()
        self._silent.close()
        self._source.forget_visit()

    def _silence(self) -> int:
        """Make whatever is being prepared or played stale and stop the sound; return the new turn."""
        with self._changed:
            self._turn += 1
            self._task = None
            turn = self._turn
            self._changed.notify_all()
        self._player.stop()
        self._silent.stop()
        return turn

    def _enter(self, state: GuideState, turn: int) -> None:
        """Change the state, unless a newer turn has begun."""
        with self._changed:
            if turn != self._turn or self._state in (state, GuideState.CLOSED):
                return
            self._state = state
        if self._on_state is not None:
            self._on_state(state)

    def _run(self) -> None:
        while (task := self._next_task()) is not None:
            try:
                self._say(task)
            except Exception:  # noqa: BLE001  a bug must not leave the kiosk mute for the rest of the day
                _log.exception("a prompt could not be said: %s", task.prompt.id)
            self._enter(GuideState.QUIET, task.turn)

    def _next_task(self) -> _Task | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._task is not None or self._state is GuideState.CLOSED
            )
            task, self._task = self._task, None
            return None if self._state is GuideState.CLOSED else task

    def _say(self, task: _Task) -> None:
        """Get the sound, play it unless something newer came, and wait for its end."""
        try:
            sound = self._source.sound(task.prompt, task.text, task.rate_level)
        except SynthesisError as error:
            if self._is_current(task):  # else nobody waits for it any more, or the guide is closing
                _log.warning("%s: caption only for %s: %s", error.code, task.prompt.id, error)
            return
        if sound is None or not self._is_current(task):
            return
        duration_s = read_wav(sound).duration_s
        player = self._start(sound, task)
        # Whoever made this turn stale may have stopped the player just before it started.
        if not self._is_current(task):
            player.stop()
            return
        self._enter(GuideState.SPEAKING, task.turn)
        with self._changed:
            is_over = self._changed.wait_for(
                lambda: self._turn != task.turn or self._finished_turn == task.turn,
                timeout=duration_s + _GRACE_S,
            )
        if not is_over:
            _log.warning("the sound device is stuck; captions only for this visit")
            self._lose_output()
        if not is_over or self._is_current(task):
            player.stop()  # releases the device; whoever made the turn stale has stopped it already

    def _start(self, sound: bytes, task: _Task) -> AudioPlayer:
        """Start the sound on the loudspeaker, or without one on the silent player."""
        with self._changed:
            has_output = self._has_output
        if has_output:
            try:
                self._player.play(
                    sound, lambda: self._finish(task.turn), volume=task.volume, name=task.prompt.id
                )
            except AudioUnavailable as error:
                _log.warning("%s: captions only for this visit: %s", error.code, error)
                self._lose_output()
            except WavDamaged as error:
                _log.warning("%s: %s cannot be played", error.code, task.prompt.id)
            else:
                return self._player
        self._silent.play(sound, lambda: self._finish(task.turn))
        return self._silent

    def _is_current(self, task: _Task) -> bool:
        with self._changed:
            return self._turn == task.turn

    def _finish(self, turn: int) -> None:
        with self._changed:
            self._finished_turn = turn
            self._changed.notify_all()

    def _lose_output(self) -> None:
        with self._changed:
            self._has_output = False
