"""Does the jobs of a server and dies as by a power cut: at the first moment, then at the second, until nothing is due.

Moments are before each step of a job, after its act and before its commit, and after the commit. Each life is a process of
its own, forked from one that has imported everything and opened nothing.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import update

from onstage import settings
from onstage.clock import now
from onstage.jobs import queue
from onstage.jobs.models import jobs
from onstage.jobs.worker import Job, run_due
from onstage.server import compose, job_kinds
from onstage.settings import Settings

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


def live(data: str, secret: str, at: int) -> None:
    """Take over what the last one left, and work until nothing is due."""
    global _left
    _left = at
    app = compose(settings.load({"ONSTAGE_DATA": data, "ONSTAGE_SECRET": secret}))
    with app.database.write() as db:
        queue.free_dead(db)
        db.execute(update(jobs).where(jobs.c.due_at.is_not(None), jobs.c.period.is_(None)).values(due_at=now()))
    while run_due(app.database, job_kinds(app)):
        with app.database.write() as db:
            db.execute(update(jobs).where(jobs.c.due_at.is_not(None), jobs.c.period.is_(None)).values(due_at=now()))
    app.close()


def ended(data: str, secret: str, at: int) -> int:
    """How a life ends that is to die at this moment."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        live(data, secret, at)
    except BaseException:  # noqa: BLE001 - told, and the process ends with it
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def lives(of: Settings) -> int:
    """Live and die until nothing is due; how many lives it took. Raises CalledProcessError where one fails."""
    command = [sys.executable, "-m", "tests.upkeep.dying", str(of.data), of.secret]
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=300).stdout)


def main(data: str, secret: str) -> None:
    """What `lives` starts: none of its lives may have opened anything that another inherits."""
    Job.step = watched(Job.step)  # type: ignore[method-assign]
    Job.change = watched(Job.change)  # type: ignore[method-assign]
    for moment_of_death in count(1):
        how = ended(data, secret, moment_of_death)
        if how != -signal.SIGKILL:
            sys.stdout.write(f"{moment_of_death}\n")
            sys.exit(how)


if __name__ == "__main__":
    main(*sys.argv[1:])
