"""The process that does the jobs: media, mail, federation; started by `serve`, or alone on machines of its own."""

import signal

from onstage.footprint import few_heaps, settle
from onstage.jobs.worker import Worker
from onstage.parent import die_with
from onstage.server import compose, job_kinds, schedule
from onstage.settings import Settings


def work(settings: Settings, parent: int | None) -> None:
    """Do jobs until INT or TERM, or until the process `parent` ends."""
    if parent is not None:
        die_with(parent)
    few_heaps()
    app = compose(settings)
    with app.database.write() as db:
        schedule(db)
    worker = Worker(app.database, job_kinds(app))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    settle()
    worker.run()
    app.close()
