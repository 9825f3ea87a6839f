"""Enrolled faces and voices from the command line: erased on request, renewed, searched for staff."""

from pathlib import Path

from kiosk.clock import SystemClock
from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, load_config
from kiosk.domain.consent import ConsentKind
from kiosk.enrolment import WrongInput, ask_number, read_pictures
from kiosk.failures import EXIT_FAILED, EXIT_USAGE, say_to_staff
from kiosk.runtime import open_runtime
from kiosk.services.find_resident import FindResident
from kiosk.services.withdraw_consent import WithdrawConsent
from kiosk.shortlist_desk import shortlists_of, show_shortlist
from kiosk.storage.renewal import renew_templates

_NAMES = {ConsentKind.FACE: "脸", ConsentKind.VOICE: "声音"}


def withdraw(config_path: Path | None, kinds: frozenset[ConsentKind]) -> int:
    """Take a resident's consent back on their word; the citizen id is asked for or read from standard input.

    Raises:
        ConfigError, StorageError.
    """
    config = _provisioned(config_path)
    try:
        citizen_id = ask_number(SystemClock())
    except WrongInput as error:
        say_to_staff(str(error))
        return EXIT_USAGE
    with open_runtime(config) as runtime:
        resident = FindResident(runtime.store, runtime.clock).find(citizen_id)
        if resident is None:
            say_to_staff("名单里没有这个号码。名单里没有的人，本机也没有登记的脸和声音。")
            return EXIT_FAILED
        desk = WithdrawConsent(runtime.store, runtime.clock)
        erased = desk.withdraw(resident.resident_id, kinds, by_staff=True)
    console = make_console()
    for kind in sorted(kinds, key=list(ConsentKind).index):
        ending = "登记的已经删掉" if kind in erased else "本来就没有登记"
        console.print(f"{resident.masked_name}：{_NAMES[kind]}的同意已经收回，{ending}。")
    console.print("卡、密码和人工照样可以办事。")
    return 0


def renew(config_path: Path | None) -> int:
    """Give every template a fresh rotation.

    Raises:
        ConfigError, StorageError.
    """
    with open_runtime(_provisioned(config_path)) as runtime:
        done = renew_templates(runtime.encrypted, runtime.store.seal)
    console = make_console()
    console.print(f"换过了 {done.count} 份模板。以前拷走的，和现在的对不上了。")
    if done.unusable:
        console.print(f"还有 {done.unusable} 份打不开，没有动；请让他们重新登记。")
    return 0


def search(config_path: Path | None, pictures: list[Path]) -> int:
    """Whom staff should look up: the enrolled residents who look most alike, and how little that says.

    Raises:
        FaceNotUsable: a picture has no face, several, or a poor one.
        ConfigError, StorageError, ModelUnavailable.
    """
    config = _provisioned(config_path)
    try:
        frames = read_pictures(pictures)
    except WrongInput as error:
        say_to_staff(str(error))
        return EXIT_USAGE
    with open_runtime(config) as runtime:
        found = shortlists_of(runtime, frames)
        for one in found:
            show_shortlist(runtime, one)
        if not found:
            make_console().print("本机还没有登记过脸。")
    return 0


def _provisioned(config_path: Path | None) -> KioskConfig:
    config = load_config(config_path)
    config.assert_provisioned()
    return config
