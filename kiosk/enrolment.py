"""Enrol a resident's face from the command line, with pictures that staff took."""

import getpass
import sys
from pathlib import Path

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.clock import Clock, SystemClock, site_date
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.devices.picture import PictureUnreadable, read_picture
from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.failures import EXIT_FAILED, EXIT_USAGE, LOCALE, say_to_staff
from kiosk.runtime import open_runtime
from kiosk.services.enrol_resident import EnrolResident
from kiosk.services.ports import Frame
from kiosk.shortlist_desk import shortlists_of, show_shortlist

MAXIMUM_PICTURES = 5

_LONGEST_LINE = 100
"""Of standard input; a number has 18 characters."""


class WrongInput(Exception):
    """What was given cannot be used; the text says so to staff."""


def enrol_from_pictures(config_path: Path | None, pictures: list[Path]) -> int:
    """Enrol one resident of the roster; the citizen id is asked for or read from standard input.

    Raises:
        FaceNotUsable: a picture has no face, several, or a poor one; nothing is stored.
        ConfigError, StorageError, ModelUnavailable.
    """
    config = load_config(config_path)
    config.assert_provisioned()
    clock = SystemClock()
    try:
        frames = read_pictures(pictures)
        citizen_id = ask_number(clock)
    except WrongInput as error:
        say_to_staff(str(error))
        return EXIT_USAGE
    with open_runtime(config) as runtime:
        with runtime.store.transaction() as transaction:
            resident = transaction.residents.find(citizen_id)
        if resident is None:
            say_to_staff("名单里没有这个号码。请先运行 xianglin sync 取名单，再登记。")
            return EXIT_FAILED
        EnrolResident(runtime.store, runtime.engine, clock).enrol(resident, frames)
        console = make_console()
        console.print(f"已登记 {resident.masked_name}，用了 {len(frames)} 张照片；照片没有保存")
        for others in shortlists_of(runtime, frames, resident.resident_id):
            if others.matches:
                console.print("下面的人也很像。同一个人用两个号码登记过吗？请核对证件。")
                show_shortlist(runtime, others, only_matches=True)
    return 0


def read_pictures(pictures: list[Path]) -> tuple[Frame, ...]:
    """Read a few pictures of one person.

    Raises:
        WrongInput: too many, or one cannot be read.
    """
    if len(pictures) > MAXIMUM_PICTURES:
        raise WrongInput(
            f"最多 {MAXIMUM_PICTURES} 张照片，给了 {len(pictures)} 张。请挑清楚的正面照片。"
        )
    frames = []
    for number, path in enumerate(pictures, start=1):
        try:
            frames.append(read_picture(path))
        except PictureUnreadable as error:
            raise WrongInput(
                f"第{number}张照片读不出来。请用完好的 JPEG 或 PNG 文件，不超过 40 MB。"
            ) from error
    return tuple(frames)


def ask_number(clock: Clock) -> CitizenId:
    """Ask for a citizen id without showing it, or read it from standard input.

    Raises:
        WrongInput: it is none.
    """
    try:
        is_typed = sys.stdin.isatty()
        number = (
            getpass.getpass("身份证号（不显示）：")
            if is_typed
            else sys.stdin.readline(_LONGEST_LINE)
        )
    except (EOFError, UnicodeDecodeError):
        number = ""
    try:
        return CitizenId.parse(number.strip(), site_date(clock.now()))
    except InvalidCitizenId as error:
        words = PromptCatalogue.load(LOCALE).text(Prompt(f"citizen_number.{error.fault.value}"))
        raise WrongInput(f"{words.title}。{words.sentence}") from error
