"""Enrol a resident's face from the command line, with pictures that staff took."""

import getpass
import sys
from pathlib import Path

from kiosk.clock import SystemClock, site_date
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.devices.picture import PictureUnreadable, read_picture
from kiosk.domain.citizen_id import CitizenId, InvalidCitizenId
from kiosk.errors import FaceNotUsable
from kiosk.runtime import open_runtime
from kiosk.services.enrol_resident import EnrolResident

MAXIMUM_PICTURES = 5


def enrol_from_pictures(config_path: Path | None, pictures: list[Path]) -> int:
    """Enrol one resident of the roster; the citizen id is asked for or read from standard input."""
    console = make_console()
    if len(pictures) > MAXIMUM_PICTURES:
        console.print(f"最多 {MAXIMUM_PICTURES} 张照片")
        return 2
    number = getpass.getpass("身份证号（不显示）：") if sys.stdin.isatty() else sys.stdin.readline()
    clock = SystemClock()
    try:
        citizen_id = CitizenId.parse(number.strip(), site_date(clock.now()))
        frames = tuple(read_picture(path) for path in pictures)
    except InvalidCitizenId as error:
        console.print(f"身份证号不对：{error.fault.value}")
        return 2
    except PictureUnreadable as error:
        console.print(f"照片读不出来：{error}")
        return 2
    with open_runtime(load_config(config_path)) as runtime:
        with runtime.store.transaction() as transaction:
            resident = transaction.residents.find(citizen_id)
        if resident is None:
            console.print("名单里没有这个号码；先同步名单再登记")
            return 1
        try:
            EnrolResident(runtime.store, runtime.engine, clock).enrol(resident, frames)
        except FaceNotUsable as error:
            console.print(f"{error.code} 第 {error.index + 1} 张照片不能用：{error.advice}")
            return 1
    console.print(f"已登记 {resident.masked_name}，用了 {len(frames)} 张照片；照片没有保存")
    return 0
