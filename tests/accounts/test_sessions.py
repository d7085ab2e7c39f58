"""Sessions begin, are seen, act as an account, and end; tokens are shown once."""

import pytest
from sqlalchemy import select, update

from onstage.accounts.doors import sessions
from onstage.accounts.doors.sessions import SessionKind
from onstage.accounts.models import sessions as table
from onstage.accounts.viewer import find
from onstage.clock import DAY, MINUTE, now
from onstage.db.engine import Database
from onstage.errors import NotAllowed, NotFound
from tests.accounts.joining import join, signed_in, viewer
from tests.cast import Cast


def test_a_session_is_found_by_its_secret_and_its_kind_only(database: Database) -> None:
    who = join(database)
    with database.write() as db:
        begun = sessions.begin(db, who.person, who.account, SessionKind.BROWSER, "Firefox", now())
    found = viewer(database, begun.secret)
    assert (found.person, found.account, found.session, found.handle) == (who.person, who.account, begun.id, "nia")
    with database.read() as db:
        assert find(db, SessionKind.TOKEN, begun.secret) is None
        assert find(db, SessionKind.BROWSER, begun.secret + "x") is None
        kept = db.execute(select(table.c.secret_hash)).scalar_one()
    assert begun.secret.encode() not in kept


def test_ending_is_for_ones_own_sessions_only(database: Database) -> None:
    nia, ben = join(database, "nia"), join(database, "ben")
    hers, his = signed_in(database, nia), signed_in(database, ben)
    assert hers.session is not None
    with database.write() as db, pytest.raises(NotFound):
        sessions.end(db, his, hers.session, SessionKind.BROWSER)
    with database.write() as db:
        sessions.end(db, hers, hers.session, SessionKind.BROWSER)
        assert sessions.mine(db, hers, SessionKind.BROWSER) == []
        assert len(sessions.mine(db, his, SessionKind.BROWSER)) == 1


def test_ending_all_others_ends_tokens_too(database: Database) -> None:
    who = join(database)
    this = signed_in(database, who)
    signed_in(database, who)
    signed_in(database, who, SessionKind.TOKEN)
    assert this.person is not None
    with database.write() as db:
        assert sessions.end_all(db, this.person, but=this.session) == 2
        assert [session.is_this for session in sessions.mine(db, this, SessionKind.BROWSER)] == [True]


def test_a_token_acts_as_the_account_and_its_secret_is_shown_once(database: Database) -> None:
    who = join(database)
    this = signed_in(database, who)
    with database.write() as db:
        token, secret = sessions.make_token(db, this, "  my script\u202e ", now())
        listed = sessions.mine(db, this, SessionKind.TOKEN)
    assert token.name == "my script"
    assert [one.id for one in listed] == [token.id]
    assert viewer(database, secret, SessionKind.TOKEN).handle == "nia"


def test_one_acts_only_as_an_account_one_belongs_to(cast: Cast) -> None:
    database = cast.app.database
    with database.write() as db:
        sessions.act_as(db, cast.ben.viewer, "@Duo")
    with database.read() as db:
        acting = {each.acting_as for each in sessions.mine(db, cast.ben.viewer, SessionKind.BROWSER)}
    assert acting == {"duo"}
    for handle in ("duo", "ada", "nobody", "\0"):
        with database.write() as db, pytest.raises(NotFound):
            sessions.act_as(db, cast.eve.viewer, handle)


def test_seen_at_moves_at_most_every_ten_minutes(database: Database) -> None:
    this, moment = signed_in(database, join(database)), now()
    assert not sessions.is_stale(this, this.seen_at + 10 * MINUTE - 1)
    assert sessions.is_stale(this, this.seen_at + 10 * MINUTE)
    with database.write() as db:
        sessions.seen(db, this, moment + DAY)
    with database.read() as db:
        assert sessions.mine(db, this, SessionKind.BROWSER)[0].seen_at == moment + DAY


def test_a_sign_in_check_lasts_five_minutes(database: Database) -> None:
    this = signed_in(database, join(database))
    sessions.need_check(this, this.checked_at + 5 * MINUTE)
    with pytest.raises(NotAllowed) as refused:
        sessions.need_check(this, this.checked_at + 5 * MINUTE + 1)
    assert refused.value.code == "check-needed"


def test_browsers_unseen_for_half_a_year_are_signed_out_and_tokens_stay(database: Database) -> None:
    who = join(database)
    signed_in(database, who)
    signed_in(database, who, SessionKind.TOKEN)
    with database.write() as db:
        db.execute(update(table).values(seen_at=now() - 181 * DAY))
        assert sessions.forget(db, now()) == 1
        assert db.execute(select(table.c.kind)).scalars().all() == ["token"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Browser"),
    ],
)
def test_a_browser_has_a_name(agent: str, name: str) -> None:
    assert sessions.browser_name(agent) == name
