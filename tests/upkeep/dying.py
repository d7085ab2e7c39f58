"""Does the jobs of a server and dies at the nth moment, as by a power cut: python -m tests.upkeep.dying DATA SECRET N.

Moments are before each step of a job, after its act and before its commit, and after the commit.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from onstage import settings
from onstage.clock import now
from onstage.jobs import queue
from onstage.jobs.models import jobs
from onstage.jobs.worker import Job, run_due
from onstage.server import compose, job_kinds

_left = 0


def moment() -> None:
    """Die now, if this is the one."""
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def watched(method: Callable[..., Any]) -> Callable[..., Any]:
    """A step of a job with its three moments."""

    def run(self: Job, name: str, kind: Any, act: Callable[..., Any]) -> Any:
        def acting(*given: Any) -> Any:
            result = act(*given)
            moment()
            return result

        moment()
        result = method(self, name, kind, acting)
        moment()
        return result

    return run


def main(data: str, secret: str, at: int) -> None:
    """Take over what the last one left, and work until nothing is due."""
    global _left
    _left = at
    app = compose(settings.load({"ONSTAGE_DATA": data, "ONSTAGE_SECRET": secret}))
    Job.step = watched(Job.step)  # type: ignore[method-assign]
    Job.change = watched(Job.change)  # type: ignore[method-assign]
    with app.database.write() as db:
        queue.free_dead(db)
        db.execute(update(jobs).where(jobs.c.due_at.is_not(None), jobs.c.period.is_(None)).values(due_at=now()))
    while run_due(app.database, job_kinds(app)):
        with app.database.write() as db:
            db.execute(update(jobs).where(jobs.c.due_at.is_not(None), jobs.c.period.is_(None)).values(due_at=now()))
    app.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
