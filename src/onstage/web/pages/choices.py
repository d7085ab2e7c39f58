"""What a person may choose, in words: audiences, commenters, and the rows of the age table."""

from dataclasses import dataclass

from onstage.accounts import age, permissions
from onstage.accounts.age import Accepting, Band, Choice, Marked, Reach, Row, Scale, Setter, Who
from onstage.accounts.queries import own_account
from onstage.accounts.viewer import Viewer
from onstage.clips.models import Audience, Commenters
from onstage.db.engine import Connection
from onstage.web.words import gettext as _


@dataclass(frozen=True)
class Option:
    """One of several choices; `possible`: this viewer may take it."""

    value: str
    label: str
    sentence: str
    chosen: bool
    possible: bool


@dataclass(frozen=True)
class Switch:
    """Something that is on or off; `age_sentence` says what age has to do with it."""

    name: str
    label: str
    sentence: str
    on: bool
    possible: bool
    age_sentence: str


def audience_options(chosen: Audience, possible: list[Audience], *, joint: bool) -> list[Option]:
    """Who may see a clip, widest first; an account of one person has no other members to show it to."""
    described = {
        Audience.PUBLIC: (_("Everyone"), _("It can be found, shared and recommended.")),
        Audience.UNLISTED: (_("Everyone with the link"), _("It stands in no list and no search.")),
        Audience.FOLLOWERS: (_("Followers"), _("Those who follow you.")),
        Audience.FRIENDS: (_("Friends"), _("Those who follow you and whom you follow.")),
        Audience.MEMBERS: (_("Members"), _("Those who run this account with you.")),
        Audience.PRIVATE: (_("Only you"), _("Nobody else sees it.")),
    }
    shown = [each for each in described if joint or each is not Audience.MEMBERS or each is chosen]
    return [Option(each.value, *described[each], each is chosen, each in possible) for each in shown]


def commenter_options(chosen: Commenters, possible: list[Commenters]) -> list[Option]:
    """Who may comment on a clip, from everyone to nobody."""
    described = {
        Commenters.EVERYONE: (_("Everyone"), _("Everyone who can see the clip.")),
        Commenters.FOLLOWERS: (_("Followers"), _("Those who follow you.")),
        Commenters.FRIENDS: (_("Friends"), _("Those who follow you and whom you follow.")),
        Commenters.NOBODY: (_("Nobody"), _("There are no comments.")),
    }
    return [Option(each.value, *described[each], each is chosen, each in possible) for each in described]


def usual_audience(db: Connection, viewer: Viewer) -> list[Option]:
    """Who sees a new clip unless something else is chosen."""
    assert viewer.person is not None
    now, open_ = permissions.value_for(db, viewer.person, Row.AUDIENCE), _open(Row.AUDIENCE, viewer)
    possible = [Audience(reach.value) for reach in Reach if reach in open_]
    usual = audience_options(Audience(str(now)), possible, joint=False)
    return [option for option in usual if option.value in set(Reach)]


def usual_commenters(db: Connection, viewer: Viewer) -> list[Option]:
    """Who may comment on a new clip unless something else is chosen."""
    assert viewer.person is not None
    now, open_ = permissions.value_for(db, viewer.person, Row.COMMENTS), _open(Row.COMMENTS, viewer)
    chosen = Commenters.NOBODY if now in {Who.NOBODY, Who.CIRCLE} else Commenters(str(now))
    possible = [each for each in Commenters if each is Commenters.NOBODY or Who(each.value) in open_]
    return commenter_options(chosen, possible)


# The switches: their row of the age table, and what stands for "on" and "off" there.
SWITCHES: dict[Row, tuple[Scale, Scale]] = {
    Row.HAND_ACCEPTS: (Accepting.BY_HAND, Accepting.AT_ONCE),
    Row.COUNTS_SHOWN: (Choice.YES, Choice.NO),
    Row.RECOMMENDED: (Choice.YES, Choice.NO),
    Row.LEAVES_SERVER: (Choice.YES, Choice.NO),
    Row.SEES_MARKED: (Marked.YES, Marked.NO),
}


def switches(db: Connection, viewer: Viewer) -> list[Switch]:
    """The rows that are on or off, with what each changes and what age decides about it."""
    return [_switch(db, viewer, row) for row in SWITCHES]


def _switch(db: Connection, viewer: Viewer, row: Row) -> Switch:
    assert viewer.person is not None
    on, off = SWITCHES[row]
    open_ = _open(row, viewer)
    value = _now(db, viewer, row)
    possible = (off if value is on else on) in open_
    label, sentence = _described(row)
    about = _about_age(row, viewer.band, possible=possible)
    own = permissions.chosen(db, viewer.person).get(row)
    if value is Marked.PROVED:
        about = _("Here somebody who checks ages looks at a document first. Settings, Your age, says whom to turn to.")
    elif own is not None and own is not value:
        about = _("You want this the other way; it waits for your guardians.")
    return Switch(row.value, label, sentence, value is on, possible, about)


def _open(row: Row, viewer: Viewer) -> tuple[Scale, ...]:
    """What a person may say for themselves; what then holds, their guardians decide with them."""
    return age.settable(row, viewer.band, Setter.SELF)


def _now(db: Connection, viewer: Viewer, row: Row) -> Scale:
    """What holds: for rows about the account, what the account has."""
    assert viewer.person is not None
    account = own_account(db, viewer)
    if row is Row.HAND_ACCEPTS:
        return Accepting.BY_HAND if account["hand_accepts"] else Accepting.AT_ONCE
    if row is Row.COUNTS_SHOWN:
        return Choice.YES if account["counts_shown"] else Choice.NO
    value = permissions.value_for(db, viewer.person, row)
    assert isinstance(value, Choice | Marked)
    return value


def _described(row: Row) -> tuple[str, str]:
    return {
        Row.HAND_ACCEPTS: (_("Accept followers by hand"), _("Whoever wants to follow you waits until you say yes.")),
        Row.COUNTS_SHOWN: (_("Show counts"), _("Others see how many followers you have, and likes on your clips.")),
        Row.RECOMMENDED: (
            _("Recommend my clips"),
            _("Public clips come to people who do not know you, in For You, search and tags."),
        ),
        Row.LEAVES_SERVER: (
            _("Let public clips leave this server"),
            _("Search engines and other sites may show them. What has left can be asked back, not fetched back."),
        ),
        Row.SEES_MARKED: (_("See clips for adults"), _("Clips that their makers marked so are shown to you too.")),
    }[row]


def _about_age(row: Row, band: Band, *, possible: bool) -> str:
    if band is Band.ADULT:
        return ""
    if not possible:
        return _("At your age this stays as it is.")
    if band is Band.FROM_13:
        return _("It gets wider once your guardians want it too.")
    usual = {
        Row.HAND_ACCEPTS: _("At 16 and 17 this begins switched on; you may switch it off."),
        Row.COUNTS_SHOWN: _("At 16 and 17 this begins switched off; you may switch it on."),
        Row.RECOMMENDED: _("At 16 and 17 this begins switched off; you may switch it on."),
        Row.LEAVES_SERVER: _("At 16 and 17 this begins switched off; you may switch it on."),
    }
    return usual.get(row, "")


def about_age(band: Band) -> str:
    """One sentence on what age decides for this person; empty for adults."""
    if band is Band.FROM_16:
        return _("Because you are 16 or 17, your account begins careful: near people see your clips. You may open it.")
    if band is Band.ADULT:
        return ""
    if band in {Band.UNDER_13, Band.FROM_13}:
        return _("You decide this with your guardians. The most careful of you counts.")
    return _("Because your age is not settled here, your clips stay with people near you for now.")
