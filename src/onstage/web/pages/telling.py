"""Notices in words: one sentence each, for whoever reads it."""

from dataclasses import dataclass

from babel.dates import format_skeleton

from onstage.accounts.age import Row
from onstage.accounts.notices import Notice, Told
from onstage.clock import to_datetime
from onstage.web.words import calendar, ngettext
from onstage.web.words import gettext as _


@dataclass(frozen=True)
class Line:
    """A notice as a page shows it; `url`: where to go on from it, empty for nowhere."""

    sentence: str
    url: str
    at: int
    is_new: bool


def lines(found: list[Told], reader: int) -> list[Line]:
    """The notices of one reader, newest first."""
    return [Line(sentence(each, reader), _url(each, reader), each.at, each.is_new) for each in found]


def sentence(told: Told, reader: int) -> str:
    """What happened, to this reader."""
    about_me = told.about == reader
    named = {
        "by": told.by_name or _("Somebody"),
        "about": _("you") if about_me else told.about_name or _("somebody who has left"),
        "account": f"@{told.account}",
        "guardian": told.guardian_name or _("Somebody"),
        "role": role_words(str(told.fields.get("role", ""))),
        "row": row_words(str(told.fields.get("row", ""))),
        "on": day(told.fields["on"]) if "on" in told.fields else "",
        "reason": told.fields.get("reason", ""),
    }
    return (_sentences(told, reader, about_me=about_me)[told.kind] % named).strip()


def _sentences(told: Told, reader: int, *, about_me: bool) -> dict[Notice, str]:
    minutes = int(told.fields.get("minutes", 0))
    was_me, upheld = told.guardian == reader, bool(told.fields.get("upheld"))
    return (
        {
            Notice.GUARDIAN_CLAIMED: _("%(by)s says: I look after you.")
            if about_me
            else _("%(by)s says: I look after %(about)s."),
            Notice.GUARDIAN_REFUSED: _("You were not accepted as a guardian of %(about)s."),
            Notice.CONTESTED: _contested(was_me=was_me, by_the_minor=told.by == told.about),
            Notice.COME_BACK: _("You have not been here for a while, and %(about)s may need you."),
            Notice.ABSENT: _(
                "You were away for 30 days. The other guardians of %(about)s go on without you until you are back."
            ),
            Notice.SIGN_IN_MADE: _("%(by)s made your way in here."),
            Notice.SIGN_IN_RESET: _(
                "%(by)s gave you a new password. If you did not ask for it, talk to somebody you trust."
            ),
            Notice.SETTING: _("%(by)s changed for you: %(row)s."),
            Notice.AGREEMENT: _("%(by)s changed how the guardians of %(about)s agree."),
            Notice.MORE_TIME_ASKED: _("%(by)s asks for more time today."),
            Notice.MORE_TIME: ngettext(
                "%(by)s gave you a minute more today.", "%(by)s gave you more time today.", minutes
            )
            if minutes
            else _("%(by)s says: no more time today."),
            Notice.OWNER_ALONE: _("%(by)s came of age and owns %(account)s alone now."),
            Notice.FOLLOWER_ACCEPTED: _("%(by)s let somebody follow you."),
            Notice.WANTS_OUT: _(
                "Somebody who appears in a clip of %(account)s wants to be gone from it. Make a version without them; "
                "this one is erased on %(on)s."
            ),
        }
        | _about_accounts(about_me=about_me)
        | _about_checks(was_me=was_me, about_me=about_me, upheld=upheld)
        | _about_ends(was_me=was_me, about_me=about_me)
        | _about_age(str(told.fields.get("band", "")), about_me=about_me)
        | _about_answers(about_me=about_me)
    )


def _contested(*, was_me: bool, by_the_minor: bool) -> str:
    """Who says that somebody is no guardian, and of whom: of themselves, or another guardian of a minor."""
    if was_me:
        return (
            _("%(by)s says that you are no guardian of theirs. Whoever checks guardians here decides.")
            if by_the_minor
            else _("%(by)s says that you are no guardian of %(about)s. Whoever checks guardians here decides.")
        )
    return (
        _("%(by)s says that %(guardian)s is no guardian of theirs. It waits for somebody who checks guardians.")
        if by_the_minor
        else _("%(by)s says that %(guardian)s is no guardian of %(about)s. It waits for somebody who checks guardians.")
    )


def _about_accounts(*, about_me: bool) -> dict[Notice, str]:
    return {
        Notice.INVITED: _("%(by)s asks you into %(account)s as %(role)s."),
        Notice.AGREE_TO_MEMBER: _("%(about)s would like to be %(role)s of %(account)s. You are asked."),
        Notice.ADULT_JOINS: _("%(about)s, an adult, joins %(account)s on %(on)s. A child of yours is there."),
        Notice.JOINED: _("You are %(role)s of %(account)s now.")
        if about_me
        else _("%(about)s is %(role)s of %(account)s now."),
        Notice.LEFT: _("%(about)s left %(account)s."),
        Notice.REMOVED: _("%(by)s took you out of %(account)s.")
        if about_me
        else _("%(about)s was taken out of %(account)s."),
        Notice.TAKEN_OUT: _("%(by)s took %(about)s out of %(account)s."),
        Notice.RULE_CHANGED: _("The owners of %(account)s changed how many of them say yes to a clip."),
        Notice.CLOSING: _(
            "%(by)s ends %(account)s. All its clips are withheld, and erased on %(on)s if no owner stops that."
        ),
        Notice.CLOSING_STOPPED: _("%(by)s stopped the end of %(account)s."),
    }


def _about_checks(*, was_me: bool, about_me: bool, upheld: bool) -> dict[Notice, str]:
    if was_me:
        return {
            Notice.GUARDIAN_ACCEPTED: _("You look after %(about)s now, as a carer."),
            Notice.FULL_SOON: _("You were checked, and may say yes for %(about)s from %(on)s."),
            Notice.FULL_NOW: _("You may say yes for %(about)s from now on."),
            Notice.CONTEST_DECIDED: _("It was decided: you stay a carer of %(about)s. %(reason)s")
            if upheld
            else _("It was decided: you are the guardian of %(about)s. %(reason)s"),
        }
    if about_me:
        return {
            Notice.GUARDIAN_ACCEPTED: _("%(guardian)s looks after you now, as a carer."),
            Notice.FULL_SOON: _(
                "%(guardian)s was checked, and may say yes for you from %(on)s. If that is not right, say so."
            ),
            Notice.FULL_NOW: _("%(guardian)s may say yes for you from now on."),
            Notice.CONTEST_DECIDED: _("It was decided: %(guardian)s stays your carer. %(reason)s")
            if upheld
            else _("It was decided: %(guardian)s is your guardian. %(reason)s"),
        }
    return {
        Notice.GUARDIAN_ACCEPTED: _("%(guardian)s looks after %(about)s now, as a carer."),
        Notice.FULL_SOON: _(
            "%(guardian)s was checked, and may say yes for %(about)s from %(on)s. If that is not right, say so."
        ),
        Notice.FULL_NOW: _("%(guardian)s may say yes for %(about)s from now on."),
        Notice.CONTEST_DECIDED: _("It was decided: %(guardian)s stays a carer of %(about)s. %(reason)s")
        if upheld
        else _("It was decided: %(guardian)s is the guardian of %(about)s. %(reason)s"),
    }


def _about_ends(*, was_me: bool, about_me: bool) -> dict[Notice, str]:
    if was_me:
        return {
            Notice.GUARDIAN_ENDED: _("You no longer look after %(about)s here. %(reason)s"),
            Notice.GUARDIAN_ANNULLED: _("It was decided that you never were a guardian of %(about)s. %(reason)s"),
        }
    if about_me:
        return {
            Notice.GUARDIAN_ENDED: _("%(guardian)s no longer looks after you here. %(reason)s"),
            Notice.GUARDIAN_ANNULLED: _(
                "It was decided that %(guardian)s never was your guardian. Their yeses do not count. %(reason)s"
            ),
        }
    return {
        Notice.GUARDIAN_ENDED: _("%(guardian)s no longer looks after %(about)s here. %(reason)s"),
        Notice.GUARDIAN_ANNULLED: _(
            "It was decided that %(guardian)s never was a guardian of %(about)s. Their yeses do not count. %(reason)s"
        ),
    }


def _about_age(band: str, *, about_me: bool) -> dict[Notice, str]:
    soon, today = (_birthday if about_me else _birthday_of)(band)
    return {
        Notice.BAND_SOON: soon,
        Notice.BAND_NOW: today,
        Notice.ZONE: _("%(by)s goes to another time zone on %(on)s. Quiet hours follow it from then on."),
        Notice.BIRTH_DATE: _("Your birth date was corrected.")
        if about_me
        else _("The birth date of %(about)s was corrected."),
        Notice.AGE_DOUBTED: _(
            "Who looks after this server doubts your age. Your clips wait, and nothing is lost, until somebody who checks "
            "ages here has met you."
        )
        if about_me
        else _("Who looks after this server doubts the age of %(about)s. Their clips wait until it is settled."),
    }


def _birthday(band: str) -> tuple[str, str]:
    """What somebody who gets older is told before, and on the day."""
    match band:
        case "13_15":
            return (
                _("You turn 13 on %(on)s. From then on your own yes counts too, and you let followers in yourself."),
                _("You are 13. A clip with you needs your own yes now, and you let followers in yourself."),
            )
        case "16_17":
            return (
                _("You turn 16 on %(on)s. From then on you decide about your clips, and your guardians are told."),
                _("You are 16. You decide about your clips now, and your guardians are told."),
            )
    return (
        _("You turn 18 on %(on)s. Then nobody looks after you here any more, and all that is here with you is yours."),
        _("You are 18. What is here from when you were a child is yours to keep, hide or delete. Look at it."),
    )


def _birthday_of(band: str) -> tuple[str, str]:
    """The same for those who look after them."""
    match band:
        case "13_15":
            return (
                _("%(about)s turns 13 on %(on)s. From then on their own yes counts beside yours."),
                _("%(about)s is 13. Their own yes counts beside yours now, and they let followers in themselves."),
            )
        case "16_17":
            return (
                _("%(about)s turns 16 on %(on)s. From then on they decide about their clips, and you are told."),
                _("%(about)s is 16. They decide about their clips now. Your no takes one back to those near them."),
            )
    return (
        _("%(about)s turns 18 on %(on)s. Then your part as a guardian ends. You need do nothing."),
        _("%(about)s is 18 and decides alone now. Your part as a guardian has ended."),
    )


def _about_answers(*, about_me: bool) -> dict[Notice, str]:
    return {
        Notice.FORM_CAME: _("%(by)s sent a signed form: they say that they are a guardian of %(about)s. Look at it."),
        Notice.FORM_REFUSED: _("The form for %(about)s was not accepted. %(reason)s"),
        Notice.SAID_BEFOREHAND: _(
            "%(by)s said yes beforehand to what only people near see of %(about)s in %(account)s, until %(on)s."
        ),
        Notice.BEFOREHAND_ENDED: _("%(by)s says no more yes beforehand for %(about)s in %(account)s."),
        Notice.PORTRAIT_SHOWN: _("%(account)s shows another name, picture or words. You may say no."),
        Notice.PORTRAIT_REFUSED: _(
            "Somebody who must agree said no to how %(account)s would look. All stays as it is."
        ),
        Notice.PORTRAIT_ENDED: _("Not everybody agreed to how %(account)s would look. All stays as it is."),
        Notice.PORTRAIT_WITHHELD: _(
            "Somebody who may decide said no. Name, picture and words of %(account)s are withheld."
        ),
        Notice.QUESTION_ENDED: _("Not everybody answered within 30 days. Your clip is a draft again."),
        Notice.CLIP_SHOWN: _("A clip of yours is out: everybody who must agree has said yes."),
        Notice.CLIP_REFUSED: _("Somebody who must agree said no to a clip of yours. It stays with you."),
        Notice.CLIP_CONTAINS: _(
            "A clip of yours contains one that is not shown now. Yours waits until that one is back."
        ),
        Notice.NOT_JOINED: _("You do not join %(account)s: somebody who must agree said no.")
        if about_me
        else _("%(about)s does not join %(account)s: somebody who must agree said no."),
    }


def _url(told: Told, reader: int) -> str:
    match told.kind:
        case Notice.BAND_NOW if told.about == reader and told.fields.get("band") == "adult":
            return "/grown-up"
        case Notice.BAND_SOON | Notice.BAND_NOW if told.about == reader and told.fields.get("band") != "adult":
            return "/guardians"
        case Notice.BAND_SOON | Notice.BAND_NOW if told.about_handle and told.fields.get("band") != "adult":
            return f"/children/{told.about_handle}"
        case Notice.AGE_DOUBTED if told.about == reader:
            return "/settings/age"
        case Notice.CLIP_SHOWN | Notice.CLIP_CONTAINS:
            return "/me/clips?show=published"
        case Notice.CLIP_REFUSED if told.fields.get("out"):
            return "/me/clips?show=published"
        case Notice.QUESTION_ENDED | Notice.CLIP_REFUSED:
            return "/me/clips"
        case Notice.NOT_JOINED:
            return ""
        case Notice.FORM_CAME:
            return "/server/guardians"
        case Notice.CONTESTED if told.guardian != reader:
            return "/server/guardians"
        case Notice.FORM_REFUSED if told.about_handle:
            return f"/children/{told.about_handle}/form"
        case Notice.INVITED | Notice.AGREE_TO_MEMBER | Notice.GUARDIAN_CLAIMED:
            return "/together"
        case Notice.FULL_SOON | Notice.SETTING | Notice.MORE_TIME if told.about == reader:
            return "/guardians"
        case Notice.PORTRAIT_SHOWN | Notice.PORTRAIT_WITHHELD:
            return f"/inbox/portraits/{told.account}"
        case Notice.CLOSING | Notice.CLOSING_STOPPED:
            return f"/together/{told.account}"
        case Notice.FULL_SOON | Notice.FULL_NOW if told.about_handle and told.about != reader:
            return f"/children/{told.about_handle}"
        case Notice.MORE_TIME_ASKED | Notice.COME_BACK | Notice.ADULT_JOINS if told.about_handle:
            return f"/children/{told.about_handle}"
        case _:
            return f"/@{told.account}" if told.account else ""


def role_words(role: str) -> str:
    """A role within a sentence."""
    return {"owner": _("an owner"), "editor": _("an editor"), "creator": _("a creator")}.get(role, "")


def row_words(row: str) -> str:
    """A row of the age table, by what it is about."""
    return (
        {
            Row.AUDIENCE: _("who sees new clips"),
            Row.HAND_ACCEPTS: _("followers are let in one by one"),
            Row.RECOMMENDED: _("clips are shown to strangers"),
            Row.COMMENTS: _("who may comment"),
            Row.TAKES: _("who may use your clips in theirs"),
            Row.DOWNLOAD: _("others may keep a copy"),
            Row.GUARDIANS_YES: _("a guardian says yes first"),
            Row.LEAVES_SERVER: _("clips may leave this server"),
            Row.SEES_MARKED: _("clips for adults"),
            Row.FEED: _("what For You learns from"),
            Row.AUTOPLAY: _("the next clip starts by itself"),
            Row.NIGHT_PUSH: _("messages at night"),
            Row.DAILY_LIMIT: _("time a day"),
            Row.QUIET_HOURS: _("quiet hours"),
            Row.MESSAGES: _("who may write to you"),
            Row.COUNTS_SHOWN: _("others see counts"),
            Row.LIVE: _("live"),
        }.get(Row(row), "")
        if row
        else ""
    )


def day(instant: int) -> str:
    """A day in words: 3 December."""
    return str(format_skeleton("MMMMd", to_datetime(instant), locale=calendar()))
