from datetime import timedelta

import pytest

from kiosk.request_list import age_words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=-400), "刚刚"),
        (timedelta(seconds=59), "刚刚"),
        (timedelta(minutes=1), "1分钟"),
        (timedelta(minutes=59, seconds=59), "59分钟"),
        (timedelta(hours=1), "1小时"),
        (timedelta(hours=23, minutes=59), "23小时"),
        (timedelta(hours=24), "1天"),
        (timedelta(days=40, hours=5), "40天"),
    ],
)
def test_age_is_said_in_the_largest_unit_that_fits(age: timedelta, words: str) -> None:
    assert age_words(age) == words
