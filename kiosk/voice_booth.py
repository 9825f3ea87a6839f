"""What this machine hears and weighs voices with, as the settings describe it; models are read when first needed."""

import logging
import threading
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.domain.consent import ConsentKind
from kiosk.domain.identity_evidence import Score
from kiosk.errors import KioskError, TemplateUnusable
from kiosk.flows.voice_ways import VoiceWays
from kiosk.identity.judge import CalibratedJudge
from kiosk.identity.voice.factory import can_hear, make_hearing
from kiosk.models.store import ModelStore
from kiosk.services.enrol_voice import PHRASES
from kiosk.services.hear_digits import HearDigits
from kiosk.services.ports import Microphone, VoiceTemplate
from kiosk.services.record_consent import RecordConsent
from kiosk.services.store import Store
from kiosk.services.verify_voice import VoiceCheck

_log = logging.getLogger(__name__)


class VoiceBooth:
    """One microphone, one set of models; checks and enrolments take turns."""

    def __init__(
        self,
        config: KioskConfig,
        microphone: Microphone,
        store: Store,
        clock: Clock,
        judge: Callable[[], CalibratedJudge],
    ) -> None:
        """Prepare the booth; reads and opens nothing.

        Args:
            config: the settings.
            microphone: opened for one phrase at a time.
            store: holds templates and consents.
            clock: for consents.
            judge: the calibration that scores are weighed by.
        """
        self.microphone = microphone
        self._config = config
        self._store = store
        self._clock = clock
        self._judge = judge
        self._lock = threading.Lock()
        self._hearing: HearDigits | None = None

    def is_equipped(self) -> bool:
        """Whether a microphone is configured and every model lies there; nothing of them is read."""
        if self._config.hardware.microphone == "none":
            return False
        return can_hear(ModelStore(self._config.models_folder))

    def hearing(self) -> HearDigits:
        """What listens; put together once, its models loaded by whoever begins.

        Raises:
            ModelUnavailable: a model is missing or damaged.
        """
        with self._lock:
            if self._hearing is None:
                self._hearing = make_hearing(
                    ModelStore(self._config.models_folder),
                    self.microphone,
                    self._config.identity.digit_profile,
                )
            return self._hearing

    def warm_up(self) -> None:
        """Load the models, so that nobody waits for them.

        Raises:
            ModelUnavailable, VoiceEngineMissing.
        """
        self.hearing().warm_up()

    def ways(self) -> VoiceWays | None:
        """The voice as a way of a visit; None on a machine that cannot hear."""
        if not self.is_equipped():
            return None
        return VoiceWays(
            self._usable_template,
            RecordConsent(self._store, self._clock, ConsentKind.VOICE),
            lambda template: VoiceCheck(self.hearing(), template, is_match=self._is_match),
            self._is_match,
            self._adds_to,
        )

    def _usable_template(self, resident_id: str) -> VoiceTemplate | None:
        """Of the running engine, and only where it is known what a comparison with it is worth."""
        try:
            with self._store.transaction() as transaction:
                template = transaction.voices.find(resident_id)
            if template is None or template.engine_id != self.hearing().engine.engine_id:
                return None
        except TemplateUnusable as error:
            # The resident has other ways; staff see the log and enrol again.
            _log.warning("voice template unusable code=%s", error.code)
            return None
        except KioskError as error:
            _log.warning("no voice engine code=%s", error.code)
            return None
        return template if self._judge().knows(template.engine_id, template.phrases) else None

    def _is_match(self, score: Score) -> bool:
        return self._judge().is_factor(score) is True

    def _adds_to(self, face: Score) -> bool:
        voice = Score(self.hearing().engine.engine_id, 0.0, PHRASES)
        return self._judge().can_stand_alone((face, voice))
