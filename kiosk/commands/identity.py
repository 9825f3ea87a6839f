"""``xianglin identity``: how well people are recognised here, measured, and the thresholds that follow from it."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_verb
from kiosk.commands.templates import add_template_verbs

_FOLDER = (
    "a folder for each person with pictures or recordings; optionally people.csv (person, sex, birth_year or "
    "age_band) and spoof/<species>/ with attacks"
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser(
        "identity", help="measure face and voice recognition, and calibrate it"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    look = add_verb(
        verbs, "evaluate", "error rates on a folder of people, with a report", _evaluate
    )
    look.add_argument("folder", type=Path, metavar="FOLDER", help=_FOLDER)
    look.add_argument("--out", type=Path, metavar="DIR", help="default: FOLDER-report beside it")
    _add_measuring(look)
    make = add_verb(verbs, "calibrate", "make the calibration that the policy reads", _calibrate)
    what = make.add_mutually_exclusive_group(required=True)
    what.add_argument("folder", type=Path, metavar="FOLDER", nargs="?", help=_FOLDER)
    what.add_argument(
        "--scores",
        type=Path,
        metavar="FILE",
        nargs="+",
        help="score logs of kiosks (of xianglin identity scores); they move the line and can show no bound",
    )
    make.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="default: what identity.calibration names, else calibration.json in the state folder",
    )
    make.add_argument(
        "--factor-similarity",
        type=float,
        metavar="S",
        help="counts as one proof among others from here on (default: a counted FAR of 0.1 %%)",
    )
    make.add_argument(
        "--cohort",
        action="store_true",
        help="also try AS-norm; writes embeddings of the people into the file, if it helps",
    )
    _add_measuring(make)
    add_verb(verbs, "failures", "who is turned away by the checks here, by age", _failures)
    give = add_verb(verbs, "scores", "write this machine's anonymous score log to a file", _scores)
    give.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    add_template_verbs(verbs)


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", default="", metavar="ID", help="default: the kiosk's own")
    parser.add_argument("--name", default="", metavar="TEXT", help="of the data set, for reports")
    parser.add_argument(
        "--template",
        type=_samples,
        default=1,
        metavar="N",
        help="samples in each template, as many as are enrolled here: the policy uses a calibration for templates of "
        "just so many (default 1: each two samples are compared)",
    )


def _samples(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 20:
        raise argparse.ArgumentTypeError("1 … 20")
    return number


def _evaluate(arguments: argparse.Namespace) -> int:
    from kiosk.identity_desk import Wanted, evaluate_folder

    wanted = Wanted(arguments.folder, arguments.engine, arguments.name, arguments.template)
    return evaluate_folder(arguments.config, wanted, arguments.out)


def _calibrate(arguments: argparse.Namespace) -> int:
    if arguments.scores:
        from kiosk.score_desk import calibrate_scores

        return calibrate_scores(
            arguments.config, arguments.scores, arguments.engine, arguments.name, arguments.out
        )
    from kiosk.identity_desk import Wanted, calibrate_folder

    wanted = Wanted(arguments.folder, arguments.engine, arguments.name, arguments.template)
    return calibrate_folder(
        arguments.config,
        wanted,
        arguments.out,
        factor_similarity=arguments.factor_similarity,
        with_cohort=arguments.cohort,
    )


def _failures(arguments: argparse.Namespace) -> int:
    from kiosk.score_desk import show_failures

    return show_failures(arguments.config)


def _scores(arguments: argparse.Namespace) -> int:
    from kiosk.score_desk import write_scores

    return write_scores(arguments.config, arguments.file)
