"""The age table, written out a second time as consent.md prints it, and every loosening it allows."""

from itertools import product

import pytest

from onstage.accounts.age import (
    Accepting,
    Band,
    Choice,
    Choices,
    DailyLimit,
    GuardiansYes,
    Marked,
    Personal,
    QuietHours,
    Reach,
    Row,
    Scale,
    Setter,
    Value,
    Who,
    looseness,
    options,
    value,
)

KNOWN = (Band.UNDER_13, Band.FROM_13, Band.FROM_16, Band.ADULT)
NO, YES = Choice.NO, Choice.YES

PRINTED: dict[Row, tuple[Value, Value, Value, Value]] = {
    Row.AUDIENCE: (Reach.FOLLOWERS, Reach.FOLLOWERS, Reach.FOLLOWERS, Reach.PUBLIC),
    Row.HAND_ACCEPTS: (Accepting.GUARDIAN, Accepting.BY_HAND, Accepting.BY_HAND, Accepting.AT_ONCE),
    Row.RECOMMENDED: (NO, NO, NO, YES),
    Row.COMMENTS: (Who.FRIENDS, Who.FRIENDS, Who.FRIENDS, Who.EVERYONE),
    Row.TAKES: (Who.NOBODY, Who.NOBODY, Who.FRIENDS, Who.EVERYONE),
    Row.DOWNLOAD: (NO, NO, NO, NO),
    Row.GUARDIANS_YES: (GuardiansYes.ALWAYS, GuardiansYes.ALWAYS, GuardiansYes.TOLD, GuardiansYes.NO),
    Row.LEAVES_SERVER: (NO, NO, NO, YES),
    Row.SEES_MARKED: (Marked.NO,) * 4,
    Row.FEED: (Personal.OFF, Personal.EXPLICIT, Personal.EXPLICIT, Personal.ON),
    Row.AUTOPLAY: (NO, NO, NO, NO),
    Row.NIGHT_PUSH: (NO, NO, NO, NO),
    Row.DAILY_LIMIT: (DailyLimit(60, ends=True), DailyLimit(60, ends=True), DailyLimit(60, ends=False), None),
    Row.QUIET_HOURS: (
        QuietHours(21, 7, silent=False),
        QuietHours(22, 7, silent=False),
        QuietHours(22, 7, silent=True),
        None,
    ),
    Row.MESSAGES: (Who.CIRCLE, Who.FRIENDS, Who.FRIENDS, Who.EVERYONE),
    Row.COUNTS_SHOWN: (NO, NO, NO, YES),
    Row.LIVE: (Who.NOBODY, Who.NOBODY, Who.FRIENDS, Who.EVERYONE),
}
NOBODY_MAY, MINOR, GUARDIANS, BOTH = set[Setter](), {Setter.SELF}, {Setter.GUARDIANS}, {Setter.SELF, Setter.GUARDIANS}
# By whom, and how far at most, under 13, from 13 and from 16.
LOOSENED: dict[Row, tuple[tuple[set[Setter], Scale | None], ...]] = {
    Row.AUDIENCE: ((GUARDIANS, Reach.PUBLIC), (BOTH, Reach.PUBLIC), (MINOR, Reach.PUBLIC)),
    Row.HAND_ACCEPTS: ((NOBODY_MAY, None), (BOTH, Accepting.AT_ONCE), (MINOR, Accepting.AT_ONCE)),
    Row.RECOMMENDED: ((NOBODY_MAY, None), (BOTH, YES), (MINOR, YES)),
    Row.COMMENTS: ((GUARDIANS, Who.FOLLOWERS), (BOTH, Who.EVERYONE), (MINOR, Who.EVERYONE)),
    Row.TAKES: ((NOBODY_MAY, None), (BOTH, Who.EVERYONE), (MINOR, Who.EVERYONE)),
    Row.DOWNLOAD: ((NOBODY_MAY, None), (NOBODY_MAY, None), (NOBODY_MAY, None)),
    Row.GUARDIANS_YES: ((NOBODY_MAY, None), (GUARDIANS, GuardiansYes.OPEN_ONLY), (NOBODY_MAY, None)),
    Row.LEAVES_SERVER: ((GUARDIANS, YES), (BOTH, YES), (MINOR, YES)),
    Row.SEES_MARKED: ((NOBODY_MAY, None), (NOBODY_MAY, None), (NOBODY_MAY, None)),
    Row.FEED: ((NOBODY_MAY, None), (BOTH, Personal.ON), (MINOR, Personal.ON)),
    Row.AUTOPLAY: ((NOBODY_MAY, None), (NOBODY_MAY, None), (MINOR, YES)),
    Row.NIGHT_PUSH: ((NOBODY_MAY, None), (NOBODY_MAY, None), (NOBODY_MAY, None)),
    Row.MESSAGES: ((GUARDIANS, Who.FRIENDS), (NOBODY_MAY, None), (NOBODY_MAY, None)),
    Row.COUNTS_SHOWN: ((GUARDIANS, YES), (BOTH, YES), (MINOR, YES)),
    Row.LIVE: ((NOBODY_MAY, None), (NOBODY_MAY, None), (MINOR, Who.EVERYONE)),
}
TIMES = (Row.DAILY_LIMIT, Row.QUIET_HOURS)
SCALES = [row for row in Row if row not in TIMES]


def scale(row: Row) -> list[Scale]:
    cell = PRINTED[row][0]
    assert isinstance(cell, Scale)
    return list(type(cell))


def all_choices(row: Row) -> list[Choices]:
    either: list[Scale | None] = [None, *scale(row)]
    return [
        {
            setter: choice
            for setter, choice in zip((Setter.SELF, Setter.GUARDIANS), pair, strict=True)
            if choice is not None
        }
        for pair in product(either, repeat=2)
    ]


@pytest.mark.parametrize("row", Row)
def test_without_a_choice_the_table_is_as_printed(row: Row) -> None:
    assert tuple(value(row, band) for band in KNOWN) == PRINTED[row]


@pytest.mark.parametrize("row", SCALES)
@pytest.mark.parametrize("band", KNOWN[:3])
def test_a_minors_row_is_loosened_only_by_those_who_may(row: Row, band: Band) -> None:
    by, most = LOOSENED[row][KNOWN.index(band)]
    printed = PRINTED[row][KNOWN.index(band)]
    assert isinstance(printed, Scale)
    for choices in all_choices(row):
        got = value(row, band, choices)
        assert isinstance(got, Scale)
        if looseness(got) > looseness(printed):
            assert by, f"{choices} loosened what nobody may"
            assert by <= choices.keys()
            assert most is not None
            assert looseness(got) <= looseness(most)
        for choice in choices.values():
            assert isinstance(choice, Scale)
            assert looseness(got) <= looseness(choice), "the strictest choice holds"
    if most is not None:
        assert value(row, band, dict.fromkeys(by, most)) == most, "whoever may loosen can go as far as the table"


@pytest.mark.parametrize("row", SCALES)
def test_an_adult_decides_alone(row: Row) -> None:
    for choice in options(row, Band.ADULT):
        assert value(row, Band.ADULT, {Setter.SELF: choice}) == choice
    if row is not Row.GUARDIANS_YES:
        first = 1 if row is Row.HAND_ACCEPTS else 0
        theirs = [step for step in scale(row)[first:] if step is not Marked.PROVED]
        assert list(options(row, Band.ADULT)) == theirs, "all of it but what takes a guardian, or a proof"


@pytest.mark.parametrize(("row", "band"), list(product(SCALES, KNOWN[:3])))
def test_what_a_minor_is_offered_is_what_they_get(row: Row, band: Band) -> None:
    for choice in options(row, band):
        assert value(row, band, {Setter.SELF: choice}) == choice
    by, most = LOOSENED[row][KNOWN.index(band)]
    if by == MINOR:
        assert options(row, band)[-1] == most


def test_an_unknown_age_is_strict_about_what_is_shown_and_published_whatever_is_chosen() -> None:
    free = {Row.FEED, Row.AUTOPLAY, Row.NIGHT_PUSH, *TIMES}
    for row in set(Row) - free:
        strict = value(row, Band.UNDER_13)
        assert isinstance(strict, Scale)
        for choices in all_choices(row):
            got = value(row, Band.UNKNOWN, choices)
            assert isinstance(got, Scale)
            assert looseness(got) <= looseness(strict)
    for row in free:
        assert value(row, Band.UNKNOWN) == value(row, Band.ADULT)


def test_limits_in_time_are_the_guardians_value_for_minors_and_nobodys_for_adults() -> None:
    mine: Choices = {Setter.GUARDIANS: DailyLimit(90, ends=True)}
    for band in KNOWN[:3]:
        assert value(Row.DAILY_LIMIT, band, mine) == DailyLimit(90, ends=True)
        assert value(Row.DAILY_LIMIT, band, {Setter.SELF: DailyLimit(900, ends=False)}) == value(Row.DAILY_LIMIT, band)
    assert value(Row.DAILY_LIMIT, Band.ADULT, mine) is None
    assert options(Row.QUIET_HOURS, Band.ADULT) == ()


def test_a_choice_of_another_row_is_no_choice() -> None:
    assert value(Row.COMMENTS, Band.FROM_16, {Setter.SELF: Reach.PUBLIC}) is Who.FRIENDS
