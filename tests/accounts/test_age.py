"""Bands and birthdays (R13 of the consent rules): time travel, leap days, odd zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onstage.accounts.age import Band, band_of, birthday, effective, strictest
from onstage.clock import DAY, HOUR, SECOND


def at(words: str) -> int:
    return int(datetime.fromisoformat(words).replace(tzinfo=UTC).timestamp()) * SECOND


def test_a_life_passes_through_the_bands() -> None:
    born, seen, now = date(2010, 5, 17), [], at("2010-05-17 00:00")
    while True:
        band, until = band_of(born, "Europe/Berlin", "UTC", now)
        seen.append((band, until))
        if until is None:
            break
        assert band_of(born, "Europe/Berlin", "UTC", until - 1) == (band, until)
        now = until
    assert seen == [
        (Band.UNDER_13, at("2023-05-17 00:00")),
        (Band.FROM_13, at("2026-05-17 00:00")),
        (Band.FROM_16, at("2028-05-17 00:00")),
        (Band.ADULT, None),
    ]


def test_no_birth_date_is_an_unknown_age() -> None:
    assert band_of(None, "UTC", "UTC", at("2026-01-01")) == (Band.UNKNOWN, None)


@pytest.mark.parametrize(
    ("zone", "server", "loosens", "tightens"),
    [
        ("Pacific/Kiritimati", "Etc/GMT+12", "2026-05-17 12:00", "2026-05-16 10:00"),
        ("Etc/GMT+12", "Pacific/Kiritimati", "2026-05-17 12:00", "2026-05-16 10:00"),
        ("UTC", "UTC", "2026-05-17 00:00", "2026-05-17 00:00"),
        ("Asia/Kathmandu", "UTC", "2026-05-17 00:00", "2026-05-16 18:15"),
        ("America/New_York", "Europe/Paris", "2026-05-17 04:00", "2026-05-16 22:00"),
    ],
)
def test_looser_comes_at_the_later_midnight_and_stricter_at_the_earlier(
    zone: str, server: str, loosens: str, tightens: str
) -> None:
    born = date(2010, 5, 17)
    assert birthday(born, 16, (zone, server), loosening=True) == at(loosens)
    assert birthday(born, 16, (zone, server), loosening=False) == at(tightens)
    assert band_of(born, zone, server, at(loosens) - 1)[0] is Band.FROM_13
    assert band_of(born, zone, server, at(loosens))[0] is Band.FROM_16


@pytest.mark.parametrize("years", [13, 16, 18, 4])
def test_the_29th_of_february_counts_as_the_1st_of_march(years: int) -> None:
    born = date(2008, 2, 29)
    assert birthday(born, years, ("UTC",), loosening=True) == at(f"{2008 + years}-03-01")


def test_a_birthday_on_the_day_the_clocks_change() -> None:
    # Cairo springs forward at midnight on 2026-04-24: there is no 00:00, the day begins at 01:00 (22:00 UTC).
    assert birthday(date(2010, 4, 24), 16, ("Africa/Cairo",), loosening=True) == at("2026-04-23 22:00")
    # Havana falls back at 01:00 on 2026-11-01: 00:00 comes twice, at 04:00 and at 05:00 UTC.
    assert birthday(date(2010, 11, 1), 16, ("America/Havana",), loosening=True) == at("2026-11-01 05:00")
    assert birthday(date(2010, 11, 1), 16, ("America/Havana",), loosening=False) == at("2026-11-01 04:00")


def test_a_read_after_the_change_keeps_the_stricter_band() -> None:
    until = at("2026-05-17")
    for band in Band:
        assert effective(band, None, until) is band
        assert effective(band, until, until - 1) is band
        assert effective(band, until, until) is band, "a birthday only loosens: the band that ends is the stricter one"


def test_the_strictest_of_several_decides_and_nobody_is_unknown() -> None:
    assert strictest([Band.ADULT, Band.FROM_13, Band.FROM_16]) is Band.FROM_13
    assert strictest([Band.ADULT, Band.UNKNOWN, Band.UNDER_13]) is Band.UNKNOWN
    assert strictest([]) is Band.UNKNOWN


ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"}))


@settings(deadline=None)
@given(
    born=st.dates(date(1930, 1, 1), date(2020, 12, 31)), zone=ZONES, server=ZONES, now=st.integers(0, at("2060-01-01"))
)
def test_nobody_is_older_than_in_the_calendar_of_both_zones(born: date, zone: str, server: str, now: int) -> None:
    band, until = band_of(born, zone, server, now)
    least = {Band.UNDER_13: 0, Band.FROM_13: 13, Band.FROM_16: 16, Band.ADULT: 18}[band]
    for place in (zone, server):
        today = datetime.fromtimestamp(now // SECOND, ZoneInfo(place)).date()
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        assert years >= least or least == 0
    if until is not None:
        assert now < until
        later = max(datetime.fromtimestamp((until + DAY) // SECOND, ZoneInfo(p)).date() for p in (zone, server))
        assert later - born > timedelta(days=13 * 365), "no band ends before the thirteenth birthday"


@settings(deadline=None)
@given(born=st.dates(date(1930, 1, 1), date(2020, 12, 31)), zone=ZONES, now=st.integers(0, at("2060-01-01")))
def test_time_never_makes_anybody_younger(born: date, zone: str, now: int) -> None:
    order = list(Band)
    earlier, _ = band_of(born, zone, "UTC", now)
    later, _ = band_of(born, zone, "UTC", now + 30 * HOUR)
    assert order.index(earlier) <= order.index(later)
