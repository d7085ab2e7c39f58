"""The letter to somebody whose yes is missing: it names nobody and no clip, and leads to a page that asks who is there."""

from onstage.accounts import ledger
from onstage.clock import MINUTE, now
from onstage.db.engine import Connection
from onstage.jobs import queue
from onstage.mail import JOB as MAIL

COLLECTED = 5 * MINUTE  # what waits for the same person within that is one letter


def write_to(db: Connection, person: int, address: str, origin: str) -> bool:
    """Remind somebody by mail of what waits for their answer; False: such a letter is on its way already."""
    words = (
        "Somebody here waits for your yes or your no. Nothing goes out without it.\n\n"
        f"{origin}/inbox\n\n"
        "You sign in there first. You are reminded three times for each question, and after thirty days it ends.\n\n"
        f"The ledger stood at {ledger.head(db)}\n"
    )
    letter = {"to": address, "subject": "Somebody waits for your answer", "words": words}
    return queue.enqueue(db, MAIL, letter, person=person, key=f"asked {person}", due_at=now() + COLLECTED)
