"""An eID or wallet: a guardian says to an issuer who they are; of that its name and the day are kept, nothing else."""

import msgspec
from sqlalchemy import insert, select, update

from onstage import ids
from onstage.accounts.guardians import guarding, proofs, vouching
from onstage.accounts.models import Method, guardianships, vouchings
from onstage.accounts.viewer import Viewer, secret_hash
from onstage.clock import MINUTE, to_datetime
from onstage.db.engine import Connection
from onstage.errors import Conflict, Gone, NotAllowed

GOOD_FOR = 15 * MINUTE


def begin(db: Connection, viewer: Viewer, minor: int, now: int) -> str:
    """The secret of one way there and back, for one's own guardianship; what was shown before counts no more.

    Raises NotFound, NotAllowed while the server's owner does not allow it, and Conflict for who was checked already.
    """
    row = guarding.live(db, viewer.person, minor)
    if not vouching.eid_is_enough(db):
        raise NotAllowed("The owner of this server has not allowed this way.", code="eid-not-allowed")
    if row["is_full"] or row["full_at"] is not None:
        raise Conflict("This guardianship has been checked already.", code="checked-already")
    eid = vouchings.c.method == Method.EID.value
    proofs.forget(db, (vouchings.c.guardianship_id == row["id"]) & eid)
    secret = ids.token()
    made = {"id": ids.new(), "guardianship_id": row["id"], "method": Method.EID.value, "begun_at": now}
    db.execute(insert(vouchings).values(**made, code_hash=secret_hash(secret)))
    return secret


def take(db: Connection, viewer: Viewer, secret: str, now: int) -> int:
    """Whose way back this is, which works once: the check's id. Raises Gone."""
    begun = (vouchings.c.code_hash == secret_hash(secret)) & (vouchings.c.begun_at > now - GOOD_FOR)
    mine = vouchings.c.guardianship_id.in_(
        select(guardianships.c.id).where(
            guardianships.c.guardian_id == viewer.person, guardianships.c.ended_at.is_(None)
        )
    )
    way = (vouchings.c.method == Method.EID.value) & proofs.WAITS & begun & mine
    taken = db.execute(update(vouchings).where(way).values(code_hash=None).returning(vouchings.c.id)).scalar()
    if taken is None:
        raise Gone("This way has ended. Nothing was changed; you can begin anew.")
    return int(taken)


def shown(db: Connection, check: int, issuer: str, now: int) -> int:
    """The issuer has said who they are: its name and the day wait for a voucher. Gives the minor; raises Gone."""
    kept = msgspec.json.encode({"issuer": issuer, "on": f"{to_datetime(now):%Y-%m-%d}"}).decode()
    one = (vouchings.c.id == check) & proofs.WAITS
    row = db.execute(update(vouchings).where(one).values(kept=kept).returning(vouchings.c.guardianship_id)).first()
    if row is None:
        raise Gone("This way has ended. Nothing was changed; you can begin anew.")
    whose = select(guardianships.c.minor_id).where(guardianships.c.id == row.guardianship_id)
    return int(db.execute(whose).scalar_one())


def shown_at(db: Connection, viewer: Viewer, minor: int) -> str:
    """Whose word about the viewer waits for a voucher; empty for nobody's. Raises NotFound."""
    row = guarding.live(db, viewer.person, minor)
    return str(vouching.waiting(db, row["id"]).get(Method.EID, {}).get("issuer", ""))


def forget_old(db: Connection, now: int) -> None:
    """Ways that nobody came back from are gone."""
    begun = vouchings.c.code_hash.is_not(None) & (vouchings.c.begun_at <= now - GOOD_FOR)
    proofs.forget(db, begun & (vouchings.c.method == Method.EID.value))
