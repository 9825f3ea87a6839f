"""The kiosk's error tree. A code is stable: support hears it over the phone, tests hold it.

KioskError
├── ConfigError                 a setting is wrong: names the key and the fix
├── StorageError                the local database
│   ├── StorageFull, StorageDamaged, StorageBusy, StorageNewer
│   ├── AttachmentRefused       a file is empty, too large, or one too many
│   └── StorageKeyWrong         StorageKeyMissing, StorageKeyExposed
├── IdentityError
│   ├── CameraUnavailable       no camera, unplugged, or its driver fails
│   ├── ModelUnavailable        a recognition model is missing or not the expected file
│   ├── TemplateUnusable        an enrolled template of another engine or damaged
│   ├── ProcessorUnsupported    the embedded engine cannot run here
│   ├── ModelError              installing models; its leaves stand in kiosk/models/errors.py
│   ├── FaceNotUsable           a picture for enrolment: names which and why
│   ├── MicrophoneUnavailable   no microphone, unplugged, or its driver fails
│   ├── VoiceEngineMissing      the package of a speech engine is not installed
│   ├── VoiceNotUsable          a phrase for enrolment: names which and why
│   └── StaffNotChanged         a staff number or PIN cannot be taken: says why
├── DeviceError
│   ├── CardReaderUnavailable
│   ├── PrinterUnavailable      none, unplugged or out of paper: nothing was printed
│   └── PrinterFault            broke off: the paper may be there, whole or in part
├── TablesUnusable              a data table is missing or wrong: names every fault
│   ├── PensionParametersUnusable, CountyUnusable, HintRulesUnusable
│   └── CalibrationUnusable, TrialSetUnusable, TrialSetTooSmall
└── FlowError                   a bug: an action that the current page does not offer

"No match", "no face" and "wrong PIN" are results, not errors.
"""

from typing import ClassVar


class KioskError(Exception):
    """Base of every error that the kiosk expects and can explain."""

    code: ClassVar[str] = "KSK-000"
    is_retryable: ClassVar[bool] = False


class ConfigError(KioskError):
    """One or more settings are wrong; each entry of ``faults`` names the key, the fault and what to write."""

    code = "KSK-100"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class StorageError(KioskError):
    """The local database cannot be used; nothing that was accepted is lost."""

    code = "KSK-200"


class StorageFull(StorageError):
    """The disk is full or too full to promise a receipt; nothing was written."""

    code = "KSK-201"


class StorageDamaged(StorageError):
    """The database file is damaged; it is left as it is for recovery."""

    code = "KSK-202"


class StorageKeyWrong(StorageError):
    """The key does not belong to this database."""

    code = "KSK-203"


class StorageKeyMissing(StorageKeyWrong):
    """The key cannot be had from its place, or is no key."""

    code = "KSK-205"


class StorageKeyExposed(StorageKeyWrong):
    """Others can read the key file; it is not used before that is mended."""

    code = "KSK-206"


class StorageBusy(StorageError):
    """Another process holds the database."""

    code = "KSK-204"
    is_retryable = True


class StorageNewer(StorageError):
    """The database was written by a newer version of the kiosk; it is left as it is."""

    code = "KSK-207"


class AttachmentRefused(StorageError):
    """A file cannot be kept with a request: empty, too large, or one too many; nothing was written."""

    code = "KSK-208"


class IdentityError(KioskError):
    """Local identity checks."""

    code = "KSK-300"


class CameraUnavailable(IdentityError):
    """There is no camera, it was unplugged, or it stopped giving pictures."""

    code = "KSK-301"
    is_retryable = True


class ModelUnavailable(IdentityError):
    """A recognition model is missing or is not the file that it should be."""

    code = "KSK-302"


class TemplateUnusable(IdentityError):
    """An enrolled template was made by another engine or is damaged."""

    code = "KSK-303"


class ProcessorUnsupported(IdentityError):
    """The processor lacks the instructions that the embedded face engine needs (AVX)."""

    code = "KSK-304"


class DeviceError(KioskError):
    """A device other than the camera."""

    code = "KSK-400"


class CardReaderUnavailable(DeviceError):
    """There is no card reader, or it does not answer."""

    code = "KSK-401"
    is_retryable = True


class PrinterUnavailable(DeviceError):
    """There is no printer, it does not answer, or it has no paper; nothing came out."""

    code = "KSK-402"
    is_retryable = True


class PrinterFault(DeviceError):
    """The printer broke off or did not confirm; the paper may be there, whole or in part."""

    code = "KSK-403"
    is_retryable = True


class FlowError(KioskError):
    """An action that the current page does not offer: a bug, never a resident's fault."""

    code = "KSK-500"


class FaceNotUsable(IdentityError):
    """A picture meant for enrolment cannot be used; says which one and why."""

    code = "KSK-305"

    def __init__(self, index: int, advice: str) -> None:
        super().__init__(f"picture {index + 1}: {advice}")
        self.index = index
        self.advice = advice


class MicrophoneUnavailable(IdentityError):
    """There is no microphone, it was unplugged, or it stopped giving sound."""

    code = "IDN-401"
    is_retryable = True


class VoiceEngineMissing(IdentityError):
    """The package of a speech engine is not installed, or does not load here."""

    code = "IDN-402"


class VoiceNotUsable(IdentityError):
    """A phrase meant for a voice template cannot be used; says which one and why."""

    code = "IDN-403"

    def __init__(self, index: int, advice: str) -> None:
        super().__init__(f"phrase {index + 1}: {advice}")
        self.index = index
        self.advice = advice


class StaffNotChanged(IdentityError):
    """A staff number or its PIN cannot be taken as given; says why. Nothing was changed."""

    code = "IDN-501"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TablesUnusable(KioskError):
    """A data table is missing or wrong; each entry of ``faults`` names the file, the place and the fault."""

    code = "KSK-610"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class PensionParametersUnusable(TablesUnusable):
    """No parameter file holds on the day, or one of them is damaged; nothing is estimated with wrong figures."""

    code = "KSK-611"


class CountyUnusable(TablesUnusable):
    """The county's table is missing or wrong."""

    code = "KSK-612"


class HintRulesUnusable(TablesUnusable):
    """A file of hint rules is missing or wrong."""

    code = "KSK-613"


class CalibrationUnusable(TablesUnusable):
    """The calibration file is missing or wrong; no threshold is made up in its place."""

    code = "IDN-601"


class TrialSetUnusable(TablesUnusable):
    """The folder of people that should be measured cannot be read as one."""

    code = "IDN-602"


class TrialSetTooSmall(TablesUnusable):
    """Too few people or pictures to say anything; says how many are missing."""

    code = "IDN-603"
