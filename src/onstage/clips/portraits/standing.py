"""Where portraits stand, by the aliases that the ledger has for everything: for comparing the two."""

from sqlalchemy import select

from onstage.accounts.ledger import ACCOUNT, PERSON
from onstage.accounts.replay import Portrait
from onstage.clips.agreeing.standing import Names, name
from onstage.clips.portraits.models import portrait_noes, portrait_yeses, portraits
from onstage.db.engine import Connection


def of_all(db: Connection, names: Names) -> dict[str, Portrait]:
    """Every account's that was ever asked about or refused, by its alias."""
    found = {row.account_id: Portrait(asked=row.asked, shown=row.shown) for row in db.execute(select(portraits)).all()}
    for row in db.execute(select(portrait_yeses)):
        found[row.account_id].yeses.add(name(names, PERSON, row.person_id))
    for row in db.execute(select(portrait_noes)):
        found[row.account_id].noes.add(name(names, PERSON, row.person_id))
    return {name(names, ACCOUNT, account): portrait for account, portrait in found.items()}
