"""A time is written anew only where its text asks for it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.events import iso_utc, normal_utc, parse_utc

zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    *(datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2999)),
    timezones=zones | st.just(UTC),
)
forms = st.sampled_from(["auto", "seconds", "milliseconds", "microseconds"])


@given(moments, forms, st.sampled_from("T "), st.booleans())
def test_the_quick_form_is_what_writing_the_time_gives(moment, form, separator, is_z):
    text = moment.isoformat(separator, form)
    if is_z:
        text = text.replace("+00:00", "Z")
    assert normal_utc(text) == iso_utc(parse_utc(text))


@pytest.mark.parametrize("text", ["2026-13-01T00:00:00.000Z", "2026-01-01T25:00:00.000+00:00", ""])
def test_what_is_no_time_is_refused_in_the_quick_form_too(text):
    with pytest.raises(ValueError, match=r"."):
        normal_utc(text)
