"""Answers to what waits, yes and no; and a no to what is shown, which withholds it at once until it is taken back."""

from onstage.accounts import notices
from onstage.accounts.acts import Act
from onstage.accounts.doors.sessions import is_checked
from onstage.accounts.membership import need_rested
from onstage.accounts.notices import Notice
from onstage.accounts.queries import kept_form
from onstage.accounts.viewer import Viewer
from onstage.clips.portraits import asking, noes, wishes
from onstage.clips.portraits.deciding import account_named, clear, enter, settle
from onstage.clips.portraits.models import portrait_yeses
from onstage.clips.portraits.record import Record, is_joint, load, lock
from onstage.clock import now
from onstage.db.engine import Connection
from onstage.db.inserts import insert_or_set
from onstage.errors import Conflict, NotAllowed, NotFound
from onstage.keys import Keys

_CHANGED = "This was changed, taken back or decided since you looked. Look at it again."


def say_yes(db: Connection, keys: Keys, viewer: Viewer, handle: str, version: int) -> bool:
    """Agree to exactly that version; True: it is shown now.

    Raises NotFound, NotAllowed for one who isn't asked or whose last sign-in check is older than five minutes
    (`check-needed`), and Conflict (`version`) when it is no longer what they looked at.
    """
    by, found = _concerning(db, viewer, handle)
    if found.working is None or found.working.number != version or found.lapsed:
        raise Conflict(_CHANGED, code="version")
    if by not in found.voices:
        raise NotAllowed("You are not asked about this.")
    if not is_checked(viewer, now()):
        raise NotAllowed("Show once more that it is you, with your password or a passkey.", code="check-needed")
    insert_or_set(db, portrait_yeses, account_id=found.account, person_id=by, at=now())
    enter(db, keys, found, Act.PORTRAIT_YES, by, version=version)
    return settle(db, keys, found.account, by).asked is None


def say_no(
    db: Connection, keys: Keys, viewer: Viewer, handle: str, version: int, *, words: str = "", known: bool = False
) -> bool:
    """End what waits, without a reason and for all; what is shown stays. Nobody is told whose no it was.

    `words` reach those who run the account, with a name if `known`, and never refuse it.
    If that version is out meanwhile, it is withheld: True. An owner whose no alone decides nothing takes the question
    back. Raises NotFound, NotAllowed, Conflict (`version`) where neither waits nor is shown what they looked at.
    """
    by, found = _concerning(db, viewer, handle)
    wishes.beside_no(db, found, by, words, known=known)
    if found.asked is None:
        if found.shown != version:
            raise Conflict(_CHANGED, code="version")
        _withhold(db, keys, found, by)
        return True
    if by not in found.objectors:
        asking.recall(db, keys, viewer, handle)
        return False
    enter(db, keys, found, Act.PORTRAIT_REFUSED, by)
    end(db, keys, found, Act.PORTRAIT_ENDED, Notice.PORTRAIT_REFUSED, by)
    return False


def end(db: Connection, keys: Keys, found: Record, act: Act, notice: Notice, by: int | None = None) -> None:
    """Nothing waits any more; whoever asked hears of it, not from whom."""
    clear(db, found)
    enter(db, keys, found, act, None)
    if found.working is not None:
        notices.tell(db, {found.working.author} - {by}, notice, now(), account=found.account)


def withhold(db: Connection, keys: Keys, viewer: Viewer, handle: str) -> None:
    """A no to what is shown: name, picture and bio are withheld at once, for everybody, until it is taken back.

    Raises NotFound, and NotAllowed for one whose no does not count.
    """
    by, found = _concerning(db, viewer, handle)
    _withhold(db, keys, found, by)


def _withhold(db: Connection, keys: Keys, found: Record, by: int) -> None:
    if by not in found.objectors:
        raise NotAllowed("You are not among those who decide about this.")
    if not noes.place(db, found, by):
        return
    notices.tell(db, found.facts.owners - {by}, Notice.PORTRAIT_WITHHELD, now(), account=found.account)
    enter(db, keys, found, Act.PORTRAIT_NO, by)


def lift(db: Connection, keys: Keys, viewer: Viewer, handle: str) -> None:
    """Take one's own no to what is shown back; nobody else's goes with it. Raises NotFound, NotAllowed, Conflict.

    With the last of them what was withheld is shown again, or what waits, if everybody has agreed to that meanwhile.
    """
    by, found = _concerning(db, viewer, handle)
    if by not in found.noes:
        raise Conflict("You have not said no to this.", code="no-no")
    need_rested(db, by, now())
    noes.lift(db, found, by)
    enter(db, keys, found, Act.PORTRAIT_LIFTED, by)
    settle(db, keys, found.account, by)


def _concerning(db: Connection, viewer: Viewer, handle: str) -> tuple[int, Record]:
    """The portrait of that account under every lock, for one who has a right to it. Raises NotFound."""
    account = account_named(db, kept_form(handle))
    if account is None or viewer.person is None or not is_joint(db, account):
        raise NotFound("There is nobody of that name here.")
    lock(db, account)
    found = load(db, account)
    if viewer.person not in found.objectors | found.voices | found.noes | found.facts.owners:
        raise NotFound("Nothing about this account is for you to decide.")
    return viewer.person, found
