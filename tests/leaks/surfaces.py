"""Every route of the application: how to walk it, and which clips it may show to whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.client import Answer
from tests.leaks.walk import Walk
from tests.leaks.world import MENTIONED, NOBODY, TAG

Visit = Callable[[Walk], Iterator[Answer]]
Allowed = Callable[[Walk], set[int]]
GRID = r'rel="next" href="\?(?:tab=\w+&amp;)?cursor=([^"]+)"'
OLDER = r"before=(\d+)"
IN_JSON = r'"next":"([^"]+)"'
HANDLES = ("ada", "duo", "max", "eve", "ivy", "fay", "trio", "ben", "mia")


@dataclass(frozen=True)
class Surface:
    """How a route is visited, what it may show, and whether it must show all of that."""

    visit: Visit
    allowed: Allowed
    is_all: bool = False
    has_totals: bool = False  # it shows tags with the number of clips that every guest may meet


def by_link(walk: Walk) -> set[int]:
    """What opens by its link."""
    return walk.may(walk.truth.may_open)


def elsewhere(walk: Walk) -> set[int]:
    """What may stand in the pages of other sites."""
    return walk.may(walk.truth.may_embed)


def nothing(_walk: Walk) -> set[int]:
    """No clip at all."""
    return set()


def suggested(walk: Walk) -> set[int]:
    """For You."""
    return walk.may(walk.truth.may_be_suggested)


def found(walk: Walk) -> set[int]:
    """Tags, search, exploring."""
    return walk.may(walk.truth.may_find)


def listed(walk: Walk) -> set[int]:
    """The pages of all accounts, but those of accounts that are blocked either way."""
    return walk.may(lambda clip: walk.truth.may_list(clip) and not walk.truth.is_blocked(clip.account_id))


def of_followed(walk: Walk) -> set[int]:
    """Following."""
    here = walk.truth.account
    truth = walk.truth
    return walk.may(
        lambda clip: (
            truth.may_list(clip)
            and not truth.has_muted_one_of(clip)
            and any(truth.follows(here, account) for account in truth.makers(clip))
        )
    )


def on_the_way(walk: Walk) -> set[int]:
    """Following: theirs, and what they reposted (everybody has reposted everything) and anybody may meet."""
    truth, here = walk.truth, walk.truth.account
    heard = {
        row.target_id
        for row in truth.rows.follows
        if row.follower_id == here and row.accepted == 1 and not truth.has_muted(row.target_id)
    }
    passed_on = found(walk) if heard else set()
    return of_followed(walk) | walk.may(lambda clip: clip.id in passed_on and not truth.is_member(clip.account_id))


def of_friends(walk: Walk) -> set[int]:
    """Friends."""
    truth, here = walk.truth, walk.truth.account
    followed = of_followed(walk)
    return walk.may(
        lambda clip: (
            clip.id in followed
            and any(truth.follows(account, here) and truth.follows(here, account) for account in truth.makers(clip))
        )
    )


def made(walk: Walk) -> set[int]:
    """What the person made, in every stage, until it is deleted."""
    return walk.may(lambda clip: walk.truth.is_author(clip) and "deleting" not in walk.truth.reasons(clip))


def under_way(walk: Walk) -> set[int]:
    """What the person made and what is not out yet."""
    own = made(walk)
    return walk.may(lambda clip: clip.id in own and clip.stage in {"uploading", "processing", "failed", "draft"})


def coming(walk: Walk) -> set[int]:
    """What the person uploads or what is being made playable."""
    own = made(walk)
    return walk.may(lambda clip: clip.id in own and clip.stage in {"uploading", "processing"})


def in_hand(walk: Walk) -> set[int]:
    """What the person may change: their own, and what they see of accounts that they run."""
    own, seen = made(walk), by_link(walk)
    return walk.may(lambda clip: clip.id in own or (clip.id in seen and walk.truth.is_member(clip.account_id)))


def in_hand_with_others(walk: Walk) -> set[int]:
    """The same, with the clips in it and those that it is in."""
    return in_hand(walk) | listed(walk)


def run(walk: Walk) -> set[int]:
    """What the person sees of what they made and of accounts that they run."""
    seen = by_link(walk)
    return walk.may(
        lambda clip: clip.id in seen and (walk.truth.is_author(clip) or walk.truth.is_member(clip.account_id))
    )


def around(walk: Walk) -> set[int]:
    """What happened on clips of the acting account, and where it is mentioned."""
    here, seen = walk.truth.account, by_link(walk)
    is_named = walk.actor.viewer.handle in MENTIONED
    return walk.may(lambda clip: clip.id in seen and (clip.account_id == here or is_named))


def liked_by_all(walk: Walk) -> set[int]:
    """Everybody has liked and saved everything, long ago; the profile lists what they may still see."""
    return by_link(walk) | listed(walk)


def reported(walk: Walk) -> set[int]:
    """The clips of open cases, to whom settles them."""
    return walk.world.reported if walk.name == "ola" else set()


def moderated(walk: Walk) -> set[int]:
    """These, and by name what is withheld by one who is no moderator now, as in this world."""
    held = walk.may(lambda clip: bool({"moderation", "preserved"} & set(walk.truth.reasons(clip))))
    return reported(walk) | (held if walk.name == "ola" else set())


def waiting(walk: Walk) -> set[int]:
    """Whatever concerns the person: it waits for them, they may object to it, or they have said no."""
    return walk.may(walk.truth.is_concerned)


def asked(walk: Walk) -> set[int]:
    """What waits for the person's answer."""
    rows = walk.truth.rows.concerned
    mine = {row.clip_id for row in rows if row.person_id == walk.truth.person and row.why == "answer"}
    return walk.may(lambda clip: clip.id in mine)


def once(method: str, path: str, **more: Any) -> Visit:
    """One request."""

    def visit(walk: Walk) -> Iterator[Answer]:
        yield walk.ask(method, path, **more)

    return visit


def as_guest(method: str, path: str, **more: Any) -> Visit:
    """One request that would change who the walker is, so it is sent by nobody."""

    def visit(walk: Walk) -> Iterator[Answer]:
        yield walk.client.ask(method, path, None, **more)

    return visit


def by_one(path: str) -> Visit:
    """One request by one of the people: it is slow, and who asks is not looked at."""

    def visit(walk: Walk) -> Iterator[Answer]:
        yield from (walk.get(path),) if walk.name == "ola" else ()

    return visit


def as_spare(method: str, path: str, **more: Any) -> Visit:
    """One request that changes its sender's own things, so somebody sends it whom nothing ties to anybody."""

    def visit(walk: Walk) -> Iterator[Answer]:
        answer = walk.client.ask(method, path, walk.world.spare, **more)
        assert answer.status < 500, answer.text
        yield answer

    return visit


def each(path: str, method: str = "GET", share: int = 1) -> Visit:
    """The request for every clip, or a share of them."""

    def visit(walk: Walk) -> Iterator[Answer]:
        yield from walk.each(path, method, share)

    return visit


def paged(path: str, name: str = "cursor", mark: str = IN_JSON) -> Visit:
    """A list to its end."""

    def visit(walk: Walk) -> Iterator[Answer]:
        yield from walk.pages(path, name, mark)

    return visit


def of_accounts(path: str, name: str = "cursor", mark: str = IN_JSON) -> Visit:
    """The same list of every account, to its end."""

    def visit(walk: Walk) -> Iterator[Answer]:
        for handle in HANDLES:
            yield from walk.pages(path.format(handle=handle), name, mark)

    return visit


def profiles(walk: Walk) -> Iterator[Answer]:
    """Every account's page, and the lists that only its members have."""
    for handle in HANDLES:
        for tab in ("clips", "reposts", "liked", "saved"):
            yield from walk.pages(f"/@{handle}?tab={tab}", "cursor", GRID)


def searched(path: str, share: int) -> Visit:
    """Search for clips by a word that only one has."""

    def visit(walk: Walk) -> Iterator[Answer]:
        for made_ in walk.some(share):
            yield walk.get(f"{path}?q={made_.word}")

    return visit


def media(walk: Walk) -> Iterator[Answer]:
    """Films whole and in part, covers, and their heads."""
    yield from walk.each("/media/{film}", share=3)
    yield from walk.each("/media/{film}", share=3, headers={"range": "bytes=0-99"})
    yield from walk.each("/media/{cover}", share=3)
    yield from walk.each("/media/{small}", share=3)
    yield from walk.each("/media/{scrub}", share=3)
    yield from walk.each("/media/{avif}", share=3)


def fragments(walk: Walk) -> Iterator[Answer]:
    """The next clips of each feed as HTML."""
    for query in ("kind=for_you", "kind=following", "kind=friends", f"kind=tag&of={TAG}"):
        yield from walk.pages(f"/fragments/feed?{query}")
    for handle in HANDLES:
        yield from walk.pages(f"/fragments/feed?kind=account&of={handle}")


def in_any_feed(walk: Walk) -> set[int]:
    """What stands in one feed or another."""
    return suggested(walk) | found(walk) | listed(walk) | of_followed(walk)


def stream(walk: Walk) -> Iterator[Answer]:
    """What is pushed."""
    expected = [made_.slug.encode() for made_ in walk.world.planted if made_.id in coming(walk)]
    until = (lambda body: all(slug in body for slug in expected)) if expected else (lambda body: b"retry" in body)
    yield walk.get("/api/v1/events", most=20, until=until)


def said(walk: Walk) -> Iterator[Answer]:
    """All that the comments of a clip have said."""
    for made_ in walk.some(8):
        for comment in walk.world.comments[made_.id]:
            yield walk.get(f"{API}/comments/{comment}/versions")


def counted(walk: Walk) -> Iterator[Answer]:
    """The numbers of a clip that are pushed."""
    yield from walk.each("/api/v1/events?clip={slug}", share=8, most=5, until=lambda body: b"event: counts" in body)


API = "/api/v1"
SLUG = f"{API}/clips/{{slug:str}}"

SURFACES: dict[str, Surface] = {
    # by link
    "GET /c/{slug:str}": Surface(each("/c/{slug}", share=4), by_link, is_all=True),
    "GET /fragments/comments/{slug:str}": Surface(each("/fragments/comments/{slug}", share=4), by_link, is_all=True),
    "GET /embed/{slug:str}": Surface(each("/embed/{slug}", share=4), elsewhere, is_all=True),
    f"GET {API}/oembed": Surface(each(f"{API}/oembed?url=/c/{{slug}}", share=4), elsewhere, is_all=True),
    f"GET {SLUG}": Surface(each(API + "/clips/{slug}"), by_link, is_all=True),
    f"GET {SLUG}/comments": Surface(each(API + "/clips/{slug}/comments", share=4), by_link, is_all=True),
    f"GET {SLUG}/captions": Surface(each(API + "/clips/{slug}/captions", share=4), by_link),
    f"GET {SLUG}/captions/{{language:str}}": Surface(
        each(API + "/clips/{slug}/captions/en", share=4), by_link, is_all=True
    ),
    f"GET {SLUG}/progress": Surface(each(API + "/clips/{slug}/progress", share=4), in_hand, is_all=True),
    "GET /make/{slug:str}": Surface(each("/make/{slug}", share=4), in_hand_with_others),
    "GET /make/{slug:str}/captions": Surface(each("/make/{slug}/captions", share=4), in_hand, is_all=True),
    "GET /media/{key:str}": Surface(media, by_link, is_all=True),
    "HEAD /media/{key:str}": Surface(each("/media/{film}", "HEAD", share=4), by_link),
    f"GET {SLUG}/question": Surface(each(API + "/clips/{slug}/question"), waiting, is_all=True),
    f"GET {SLUG}/agreeing": Surface(each(API + "/clips/{slug}/agreeing", share=4), in_hand),
    f"GET {SLUG}/appearances": Surface(each(API + "/clips/{slug}/appearances", share=4), by_link),
    f"GET {API}/me/questions": Surface(once("GET", f"{API}/me/questions"), asked, is_all=True),
    f"GET {SLUG}/parts": Surface(each(API + "/clips/{slug}/parts"), by_link),
    f"GET {SLUG}/takes": Surface(each(API + "/clips/{slug}/takes", share=4), by_link),
    f"GET {API}/me/appearances": Surface(once("GET", f"{API}/me/appearances"), by_link),
    # lists
    "GET /": Surface(paged("/", mark="$^"), suggested),
    f"GET {API}/feed": Surface(paged(f"{API}/feed?kind=for_you"), suggested, is_all=True),
    f"GET {API}/feed#following": Surface(paged(f"{API}/feed?kind=following&limit=2"), on_the_way, is_all=True),
    f"GET {API}/feed#friends": Surface(paged(f"{API}/feed?kind=friends&limit=2"), of_friends, is_all=True),
    "GET /following": Surface(paged("/following", mark="$^"), on_the_way),
    "GET /fragments/feed": Surface(fragments, in_any_feed),
    "GET /tag/{tag:str}": Surface(paged(f"/tag/{TAG}", mark=GRID), found, is_all=True),
    "GET /tag/{tag:str}/watch": Surface(paged(f"/tag/{TAG}/watch", mark="$^"), found),
    f"GET {API}/tags/{{tag:str}}/clips": Surface(paged(f"{API}/tags/{TAG}/clips?limit=7"), found, is_all=True),
    "GET /{handle:str}": Surface(profiles, liked_by_all),
    "GET /{handle:str}/watch": Surface(of_accounts("/@{handle}/watch", mark="$^"), listed),
    f"GET {API}/accounts/{{handle:str}}/clips": Surface(
        of_accounts(f"{API}/accounts/{{handle}}/clips?limit=7"), listed, is_all=True
    ),
    f"GET {API}/accounts/{{handle:str}}/reposts": Surface(
        of_accounts(f"{API}/accounts/{{handle}}/reposts?limit=7"), found, is_all=True
    ),
    "GET /search": Surface(searched("/search", 6), found, is_all=True, has_totals=True),
    f"GET {API}/search": Surface(searched(f"{API}/search", 2), found, is_all=True, has_totals=True),
    "GET /explore": Surface(once("GET", "/explore"), found, has_totals=True),
    "GET /inbox": Surface(once("GET", "/inbox"), lambda walk: around(walk) | asked(walk)),
    "POST /inbox/{slug:str}": Surface(once("POST", f"/inbox/{NOBODY}", form={"do": "yes"}), by_link),
    "POST /inbox/followers": Surface(once("POST", "/inbox/followers", form={"do": "decline"}), by_link),
    "GET /me/with-me": Surface(once("GET", "/me/with-me"), by_link),
    "GET /me/remove": Surface(once("GET", "/me/remove"), by_link),
    f"GET {API}/me/appearances/removal": Surface(once("GET", f"{API}/me/appearances/removal"), by_link),
    # one's own
    f"GET {API}/me/clips": Surface(paged(f"{API}/me/clips?limit=7"), made, is_all=True),
    "GET /me/clips": Surface(paged("/me/clips?show=published", "before", OLDER), made),
    "POST /me/clips": Surface(once("POST", "/me/clips", form={"do": "delete", "clip": NOBODY}), made),
    "GET /make": Surface(once("GET", "/make"), under_way),
    "POST /make": Surface(once("POST", "/make", form={}), under_way),
    f"GET {API}/events": Surface(stream, coming, is_all=True),
    f"GET {API}/events#counts": Surface(counted, by_link),
    f"GET {SLUG}/figures": Surface(each(API + "/clips/{slug}/figures", share=6), nothing),
    f"GET {SLUG}/figures.csv": Surface(each(API + "/clips/{slug}/figures.csv", share=6), run),
    "GET /figures/{slug:str}": Surface(each("/figures/{slug}", share=6), run, is_all=True),
    "GET /figures": Surface(once("GET", "/figures"), run),
    f"GET {API}/me/history": Surface(paged(f"{API}/me/history?limit=9"), by_link),
    "GET /settings/history": Surface(once("GET", "/settings/history"), by_link),
    f"GET {API}/me/comments/waiting": Surface(once("GET", f"{API}/me/comments/waiting"), run),
    f"GET {API}/comments/{{comment:int}}/versions": Surface(said, by_link, is_all=True),
    f"GET {API}/me/inbox": Surface(paged(f"{API}/me/inbox?limit=9"), around),
    "GET /settings/comments": Surface(once("GET", "/settings/comments"), run),
    # cases
    f"GET {API}/reports": Surface(once("GET", f"{API}/reports"), reported, is_all=True),
    f"GET {API}/server/withheld": Surface(once("GET", f"{API}/server/withheld"), moderated),
    "GET /server/reports": Surface(once("GET", "/server/reports"), moderated),
    "POST /server/reports": Surface(once("POST", "/server/reports", form={"do": "hold", "report": "1"}), moderated),
}
