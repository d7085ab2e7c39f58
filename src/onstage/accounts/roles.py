"""Who may do what in an account: one total table of role, act and age, and nothing else decides it."""

from collections.abc import Mapping
from enum import StrEnum

from onstage.accounts.age import Band
from onstage.accounts.models import Role


class Act(StrEnum):
    """What people do in an account; in a personal one its person is the owner."""

    MAKE = "make"  # clips, and change or delete one's own
    CHANGE_CLIPS = "change_clips"  # those that another member made
    GIVE_YES = "give_yes"  # to a clip, on the account's behalf
    RELATE = "relate"  # follow, mute, block, let a follower go
    ACCEPT_FOLLOWERS = "accept_followers"
    DESCRIBE = "describe"  # name, picture, bio
    RENAME = "rename"  # the handle
    SET = "set"  # what the account shows and takes
    SET_COMMENTS = "set_comments"  # which comments are held, or words that hold one
    INVITE = "invite"  # editors and creators, and take that back
    REMOVE = "remove"  # editors and creators
    CHANGE_ROLE = "change_role"  # of editors and creators
    WANT_RULE = "want_rule"  # say which publishing rule one wants
    NAME_OWNER = "name_owner"  # ask somebody to be an owner, and agree to that
    CLOSE = "close"  # end the account with all that is in it


# The youngest who may; None: nobody in that role. Whose age is unknown counts as the youngest.
_ANY_AGE = Band.UNDER_13
_OWNER, _EDITOR, _CREATOR = Role.OWNER, Role.EDITOR, Role.CREATOR
_TABLE: Mapping[Act, Mapping[Role, Band | None]] = {
    Act.MAKE: {_OWNER: _ANY_AGE, _EDITOR: _ANY_AGE, _CREATOR: _ANY_AGE},
    Act.CHANGE_CLIPS: {_OWNER: _ANY_AGE, _EDITOR: _ANY_AGE, _CREATOR: None},
    Act.GIVE_YES: {_OWNER: _ANY_AGE, _EDITOR: None, _CREATOR: None},
    Act.RELATE: {_OWNER: _ANY_AGE, _EDITOR: _ANY_AGE, _CREATOR: None},
    Act.ACCEPT_FOLLOWERS: {_OWNER: Band.FROM_13, _EDITOR: Band.FROM_13, _CREATOR: None},
    Act.DESCRIBE: {_OWNER: _ANY_AGE, _EDITOR: _ANY_AGE, _CREATOR: None},
    Act.RENAME: {_OWNER: _ANY_AGE, _EDITOR: None, _CREATOR: None},
    Act.SET: {_OWNER: _ANY_AGE, _EDITOR: None, _CREATOR: None},
    Act.SET_COMMENTS: {_OWNER: _ANY_AGE, _EDITOR: _ANY_AGE, _CREATOR: None},
    Act.INVITE: {_OWNER: Band.FROM_13, _EDITOR: None, _CREATOR: None},
    Act.REMOVE: {_OWNER: Band.FROM_13, _EDITOR: None, _CREATOR: None},
    Act.CHANGE_ROLE: {_OWNER: Band.FROM_13, _EDITOR: None, _CREATOR: None},
    Act.WANT_RULE: {_OWNER: _ANY_AGE, _EDITOR: None, _CREATOR: None},
    Act.NAME_OWNER: {_OWNER: Band.FROM_13, _EDITOR: None, _CREATOR: None},
    Act.CLOSE: {_OWNER: Band.ADULT, _EDITOR: None, _CREATOR: None},
}
_ORDER = (Band.UNDER_13, Band.FROM_13, Band.FROM_16, Band.ADULT)


def may(role: Role | None, act: Act, band: Band) -> bool:
    """Whether somebody of that age in that role may do this; without a role nobody may."""
    youngest = None if role is None else _TABLE[act][role]
    of_age = Band.UNDER_13 if band is Band.UNKNOWN else band
    return youngest is not None and _ORDER.index(of_age) >= _ORDER.index(youngest)
