"""``xianglin central import-bundles | export-reports``: what couriers bring by hand, and what they take back."""

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from sync.central.admin import CentralAdmin
from sync.central.bundles import BundleOutcome
from sync.courier.errors import BundleRefused, MediumUnusable
from sync.courier.layout import CourierFolder
from sync.courier.stored_bundle import StoredBundle

AddCommand = Callable[[str, str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]
OpenAdmin = Callable[[argparse.Namespace], CentralAdmin]


def add_courier_commands(add: AddCommand, open_admin: OpenAdmin) -> None:
    """Add both."""

    def import_bundles(arguments: argparse.Namespace) -> None:
        with open_admin(arguments) as admin:
            _import(admin, arguments.folder, no_reports=arguments.no_reports)

    def export_reports(arguments: argparse.Namespace) -> None:
        with open_admin(arguments) as admin:
            count = write_reports(admin, CourierFolder.at(arguments.folder), arguments.device)
        _say(f"{count} reports written")

    taking = add("import-bundles", "take in what a courier brought on a medium", import_bundles)
    taking.add_argument("folder", type=Path, metavar="FOLDER", help="where the medium is")
    taking.add_argument(
        "--no-reports", action="store_true", help="do not write the delivery reports beside"
    )
    giving = add(
        "export-reports",
        "write delivery reports, roster, catalogue and decisions for couriers to take",
        export_reports,
    )
    giving.add_argument("folder", type=Path, metavar="FOLDER", help="where the medium is")
    giving.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="ID",
        help="only for this device; may be repeated (default: all that a courier ever brought)",
    )


def write_reports(admin: CentralAdmin, place: CourierFolder, devices: list[str]) -> int:
    """Write reports, rosters and the keyring onto a medium; how many reports those were."""
    count = 0
    for device in devices or admin.courier_devices():
        report = admin.delivery_report(device)
        if report is not None:
            place.put_report(device, report)
            count += 1
        parcel = admin.pull_parcel(device)
        if parcel is not None:
            place.put_parcel(device, parcel)
    place.put_keyring(admin.keyring())
    return count


def _import(admin: CentralAdmin, folder: Path, *, no_reports: bool) -> None:
    place = CourierFolder.at(folder)
    bundles = place.bundle_ids()
    if not bundles:
        _say("no bundles there")
    for bundle in bundles:
        _say(_line(_taken(admin, place, bundle)))
    if not no_reports:
        _say(f"{write_reports(admin, place, [])} reports written")


def _taken(admin: CentralAdmin, place: CourierFolder, bundle: str) -> BundleOutcome:
    try:
        stored = StoredBundle.load(place, bundle)
    except BundleRefused as error:
        return BundleOutcome(bundle, problem=error.reason)
    except MediumUnusable:
        # A link or a file in the place of a bundle's folder: the others are taken in all the same.
        return BundleOutcome(bundle, problem="unusable")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(stored.manifest.device, total=stored.manifest.total_bytes)
        intake = admin.bundle_intake()
        return intake.take_folder(stored, lambda count: progress.advance(task, count))


def _line(outcome: BundleOutcome) -> str:
    name = f"{outcome.device or outcome.bundle} bundle {outcome.serial}"
    if outcome.is_known:
        return f"{name}: taken in before"
    counts = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    files = f", {outcome.files} files" if outcome.files else ""
    said = f"{name}: {counts or 'no events'}{files}"
    if outcome.damaged:
        parts = " ".join(map(str, outcome.damaged))
        return f"{said}; INCOMPLETE, parts {parts}: the kiosk sends these events again"
    return f"{said}; REFUSED, {outcome.problem}" if outcome.problem else said


def _say(line: str) -> None:
    Console().print(line, markup=False, highlight=False, soft_wrap=True)
