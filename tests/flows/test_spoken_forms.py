"""Bar (c): a table of numbers as people say them, through the path that a spoken answer takes."""

from collections import Counter
from datetime import date
from pathlib import Path

from kiosk.flows.form.spoken import from_speech

TABLE = [
    line.split("\t")
    for line in Path(__file__).with_name("spoken_forms.tsv").read_text("utf-8").splitlines()
]
"""Kind of answer, what was said, what the page gets; nothing where it must be asked again."""
TODAY = date(2026, 11, 23)


def test_the_table_has_400_rows_of_every_kind_and_says_nothing_twice() -> None:
    assert len(TABLE) >= 400
    assert Counter(kind for kind, _, _ in TABLE).keys() == {
        "money", "phone", "citizen_id", "bank_card", "number", "date", "month", "year",
    }  # fmt: skip
    assert [said for said, count in Counter((k, s) for k, s, _ in TABLE).items() if count > 1] == []
    assert sum(not wanted for _, _, wanted in TABLE) >= 60


def test_at_least_99_of_100_spoken_forms_are_understood() -> None:
    found = [
        (kind, said, wanted, from_speech(kind, said, (), TODAY) or "")
        for kind, said, wanted in TABLE
    ]
    wrong = [row for row in found if row[2] != row[3]]
    assert len(wrong) <= len(TABLE) // 100, wrong
    # worse than no answer: an amount or a number that nobody said
    assert [row for row in wrong if row[3]] == []
