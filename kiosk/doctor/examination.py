"""All checks of a machine, in the order in which faults should be mended. Looking makes nothing and changes nothing."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from accessibility.errors import AccessibilityError
from accessibility.portaudio import default_output_name
from accessibility.pyttsx3_synthesizer import Pyttsx3Synthesizer
from accessibility.rate import RateLevel
from kiosk.clock import FLOOR_TOLERANCE, SystemClock
from kiosk.config import KioskConfig, load_config
from kiosk.devices.factory import make_camera, make_card_reader, make_microphone
from kiosk.devices.printer_factory import make_printer
from kiosk.doctor.calibration_check import check_calibration
from kiosk.doctor.centre_checks import (
    check_catalogue,
    check_centre,
    check_queue,
    check_roster,
)
from kiosk.doctor.device_checks import (
    check_camera,
    check_card_reader,
    check_installed,
    check_models,
    check_printer,
    check_sound,
)
from kiosk.doctor.finding import SUBJECTS, Check, Finding, fault, warning
from kiosk.doctor.key_checks import check_keys
from kiosk.doctor.staff_check import check_staff
from kiosk.doctor.storage_checks import (
    check_clock,
    check_database,
    check_disk,
    check_repairs,
    check_settings,
)
from kiosk.doctor.template_check import check_templates
from kiosk.doctor.voice_checks import check_microphone, check_voice
from kiosk.domain.identity_evidence import Modality
from kiosk.domain.staff import ONE_NUMBER, WHOLE_MACHINE
from kiosk.errors import KioskError
from kiosk.explain import Label
from kiosk.face_engine import FaceEngines, make_face_engine
from kiosk.identity.judge import load_calibration
from kiosk.identity.voice.factory import can_hear, make_hearing
from kiosk.models.store import ModelStore
from kiosk.runtime import Runtime, open_runtime
from kiosk.services import biometric_limits
from kiosk.services.biometric_limits import ALL_CHECKS
from kiosk.services.hear_digits import HearDigits
from kiosk.services.staff import ALL_STAFF, STAFF
from kiosk.storage.clock_mark import clock_floor
from kiosk.storage.database import has_database, open_kiosk_database
from kiosk.storage.residents import SqliteResidents
from kiosk.storage.staff import SqliteAttempts, SqliteStaff
from kiosk.storage.template_rows import TemplateRows
from sync.feed_health import feed_health

_log = logging.getLogger(__name__)

_SCRATCH = "xianglin-"
TEMPLATES_TRIED = 50
"""Of each kind, drawn by chance."""


@dataclass(frozen=True, slots=True)
class Examination:
    """One look at one machine."""

    config: KioskConfig
    """The settings; the defaults where the file is wrong, so that the other checks still help."""
    are_settings_right: bool
    label: Label

    def findings(self) -> Iterator[Finding]:
        """Make the checks one after another."""
        yield safely("database", self._database)
        yield safely("repairs", lambda: check_repairs(self.config.state_dir))
        yield safely("disk", lambda: check_disk(self.config.state_dir))
        yield from self._centre()
        yield safely("face_models", self._models)
        named = self.config.identity.calibration
        yield safely(
            "calibration",
            lambda: check_calibration(
                lambda: load_calibration(named),
                make_face_engine(self.config).engine_id,
                self.label,
            ),
        )
        yield safely("models", lambda: check_installed(ModelStore(self.config.models_folder)))
        hardware = self.config.hardware
        yield safely(
            "camera",
            lambda: check_camera(lambda: make_camera(hardware.camera), hardware.camera, self.label),
        )
        yield from self._voice()
        reader = hardware.card_reader
        yield safely(
            "card_reader",
            lambda: check_card_reader(lambda: make_card_reader(reader), reader, self.label),
        )
        printer = hardware.printer
        yield safely(
            "printer", lambda: check_printer(lambda: make_printer(printer), printer, self.label)
        )
        yield safely("sound", self._sound)

    def _voice(self) -> Iterator[Finding]:
        config, models = self.config, ModelStore(self.config.models_folder)
        microphone = partial(make_microphone, config.hardware.microphone)
        spec = config.hardware.microphone
        yield safely("microphone", lambda: check_microphone(microphone, spec, self.label))

        def hearing() -> HearDigits:
            return make_hearing(models, microphone(), config.identity.digit_profile)

        judge = FaceEngines(config).judge
        yield safely(
            "voice_models", lambda: check_voice(hearing if can_hear(models) else None, judge)
        )

    def _database(self) -> Finding:
        if not self.are_settings_right:
            return warning("database", "没有检查：要先有正确的配置", "先解决配置的问题")
        if not has_database(self.config.state_dir):
            # A database is born at provisioning.
            return fault("database", "还没有建立", "先运行 xianglin provision")
        config = self.config
        return check_database(
            lambda: open_kiosk_database(config.state_dir, config.storage.key_provider), self.label
        )

    def _centre(self) -> Iterator[Finding]:
        rows: list[Finding] = []
        try:
            with self._runtime() as runtime:
                rows = list(self._centre_rows(runtime))
        except KioskError:
            # What is wrong is said by the row of the database or of the card reader.
            rows = [warning("centre", "没有检查：本机打不开", "先解决标为故障的")]
            rows.append(safely("clock", lambda: check_clock(SystemClock().now(), None, None)))
        except Exception as error:  # noqa: BLE001 (see safely)
            rows = [_broken("centre", error)]
        yield from rows

    def _centre_rows(self, runtime: Runtime | None) -> Iterator[Finding]:
        floor = centre_time = None
        if not self.are_settings_right:
            yield warning("centre", "没有检查：要先有正确的配置", "先解决配置的问题")
        else:
            probe = _probe(runtime) if runtime else None
            finding, centre_time = check_centre(probe, self.config.sync.ca_bundle, self.label)
            yield finding
        if runtime is not None:
            floor = _clock_floor(runtime)
            yield _key_row(runtime)
            yield check_queue(runtime.queue_status())
            yield from _feed_rows(runtime)
            yield _staff_row(runtime)
            yield _template_row(runtime)
        yield check_clock(SystemClock().now(), floor, centre_time)

    @contextmanager
    def _runtime(self) -> Iterator[Runtime | None]:
        if not self.are_settings_right or not has_database(self.config.state_dir):
            yield None
            return
        with open_runtime(self.config) as runtime:
            yield runtime

    def _models(self) -> Finding:
        with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
            # Before the kiosk's own first start, the converted network goes to a scratch folder.
            is_home = self.are_settings_right and (self.config.state_dir / "models").is_dir()
            cache_dir = self.config.state_dir / "models" if is_home else Path(scratch)
            return check_models(lambda: make_face_engine(self.config, cache_dir), self.label)

    def _sound(self) -> Finding:
        with tempfile.TemporaryDirectory(prefix=_SCRATCH) as scratch:
            return check_sound(_render, _describe_player, Path(scratch), self.label)


def examine(config_path: Path | None, label: Label, say: Callable[[str], None]) -> list[Finding]:
    """Every check, in the order in which faults should be mended.

    Args:
        config_path: the settings; None takes the usual place.
        label: gives the words of errors.
        say: told the subject of each check that has ended, for a progress line.
    """
    settings = safely(
        "settings",
        lambda: check_settings(lambda: load_config(config_path).assert_provisioned(), label),
    )
    try:
        examination = Examination(load_config(config_path), True, label)
    except KioskError:
        examination = Examination(KioskConfig(), False, label)
    found = [settings]
    for finding in examination.findings():
        found.append(finding)
        say(SUBJECTS[finding.check])
    return found


def safely(check: str, look: Check) -> Finding:
    """A check that breaks is a row too: the others must still be made."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 (whatever it is, it belongs into the table)
        return _broken(check, error)


def _broken(check: str, error: Exception) -> Finding:
    _log.error("check failed check=%s type=%s", check, type(error).__name__, exc_info=error)
    found = f"检查本身出了错（{type(error).__name__}）"
    return fault(check, found, "把日志交给维护人员", KioskError.code)


def _probe(runtime: Runtime) -> Callable[[], datetime] | None:
    transport = runtime.transport()
    if transport is None:
        return None

    def probe() -> datetime:
        try:
            return transport.probe().time
        finally:
            transport.close()

    return probe


def _key_row(runtime: Runtime) -> Finding:
    store = runtime.keys.store
    with runtime.encrypted.reading() as database:
        keyring, seen_at = store.read(database), store.seen_at(database)
        waiting = runtime.keys.device.waiting(database)
    return check_keys(keyring, seen_at, waiting, runtime.clock.now())


def _template_row(runtime: Runtime) -> Finding:
    seal = runtime.store.seal
    with runtime.encrypted.reading() as database:
        return check_templates(
            {kind: TemplateRows(database, seal, kind).tried(TEMPLATES_TRIED) for kind in Modality}
        )


def _feed_rows(runtime: Runtime) -> Iterator[Finding]:
    with runtime.encrypted.reading() as database:
        health, count = feed_health(database), SqliteResidents(database).count()
    days = runtime.config.sync.roster_warning_days
    yield check_roster(count, health, runtime.clock.now(), days)
    yield check_catalogue(len(runtime.catalogue.services()), health)


def _clock_floor(runtime: Runtime) -> datetime:
    """Not of the audit log: an entry made while the clock stood in 2099 stays there for ever."""
    with runtime.encrypted.reading() as database:
        return clock_floor(database) - FLOOR_TOLERANCE


def _render(target: Path) -> None:
    synthesizer = Pyttsx3Synthesizer()
    try:
        synthesizer.render("您好", RateLevel.NORMAL, target)
    finally:
        synthesizer.close()


def _describe_player() -> str | None:
    try:
        return default_output_name()
    except AccessibilityError:
        return None


def _staff_row(runtime: Runtime) -> Finding:
    now = runtime.clock.now()
    with runtime.encrypted.reading() as database:
        numbers = [member.number for member in SqliteStaff(database).all()]
        attempts = SqliteAttempts(database)
        resting = [attempts.of(STAFF, number).rests_until(ONE_NUMBER, now) for number in numbers]
        whole = attempts.of(ALL_STAFF, "").rests_until(WHOLE_MACHINE, now)
        many = attempts.of(ALL_CHECKS, "").rests_until(biometric_limits.WHOLE_MACHINE, now)
    count = sum(until is not None for until in resting)
    return check_staff(
        len(numbers), count, rests_whole=whole is not None, has_many_failures=many is not None
    )
