"""The web application: every route, the templates, the errors, and what stands around them."""

from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.template import TemplateConfig

from onstage import __version__
from onstage.errors import Refused
from onstage.web import errors, media
from onstage.web.api import (
    agreeing,
    answering,
    appearing,
    beforehand,
    captions,
    claims,
    clips,
    clips_edit,
    comments,
    events,
    feeds,
    figures,
    guardians,
    history,
    invitations,
    joint,
    keeping,
    ledger,
    notifications,
    oembed,
    parts,
    passkeys,
    people,
    plays,
    portraits,
    receipts,
    records,
    relations,
    removing,
    reports,
    sessions,
    signed_forms,
    time,
    tokens,
    uploads,
)
from onstage.web.http import App, only_with_credentials
from onstage.web.limits import RateLimit
from onstage.web.metrics import Metrics
from onstage.web.options import options_of
from onstage.web.pages import (
    ages,
    bounds,
    checking,
    doors,
    embed,
    explore,
    family,
    grown,
    keys,
    proving,
    record,
    reporting,
    server_room,
    settings,
    shell,
    together,
    watch,
)
from onstage.web.pages import answering as answering_pages
from onstage.web.pages import asking as asking_pages
from onstage.web.pages import captions as caption_pages
from onstage.web.pages import claims as claiming
from onstage.web.pages import figures as figure_pages
from onstage.web.pages import history as history_pages
from onstage.web.pages import keeping as keeping_page
from onstage.web.pages import make as making
from onstage.web.pages import notifications as notification_pages
from onstage.web.pages import portraits as portrait_pages
from onstage.web.pages import records as time_and_money
from onstage.web.pages import removing as removal_pages
from onstage.web.pages import time as time_page
from onstage.web.protect import Asgi, Protect
from onstage.web.schema import Strict
from onstage.web.templating import StaticFiles, make_engine

MODULES = (
    *(watch, embed, explore, shell, feeds, clips, comments, plays, oembed),
    *(people, sessions, passkeys, tokens, relations, reports, invitations),
    *(joint, guardians, signed_forms, time),
    *(
        uploads,
        clips_edit,
        captions,
        agreeing,
        appearing,
        parts,
        beforehand,
        asking_pages,
        portraits,
        portrait_pages,
        events,
        media,
        ledger,
        receipts,
        claims,
        records,
    ),
    *(figures, figure_pages, history, history_pages, notifications, notification_pages),
    *(doors, settings, keys, making, caption_pages, server_room, bounds, record, claiming, time_and_money),
    *(reporting, keeping, keeping_page),
    *(together, family, ages, checking, proving, time_page, grown),
    *(answering, answering_pages, removing, removal_pages),
)


def litestar(app: App, metrics: Metrics) -> Litestar:
    """The routes of every module, described by OpenAPI 3.1 at /api/v1/openapi.json."""
    static = StaticFiles()
    routes = [route for module in MODULES for route in module.routes]
    web = Litestar(
        route_handlers=[*options_of(routes), *routes],
        before_request=only_with_credentials,
        plugins=[Strict()],
        template_config=TemplateConfig(instance=make_engine(app.settings, static)),
        exception_handlers={Refused: errors.on_refused, HTTPException: errors.on_http, Exception: errors.on_crash},
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=5,
            minimum_size=700,
            exclude=["^/media", "^/static", "^/api/v1/events", "^/api/v1/me/ledger"],
        ),
        openapi_config=OpenAPIConfig(
            title="Onstage",
            version=__version__,
            description="Everything the pages do. Sign in with a bearer token made in Settings.",
            path="/api/v1/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}, {}],
        ),
        logging_config=None,
        request_max_body_size=2_000_000,
    )
    web.state.app = app
    web.state.static = static
    web.state.metrics = metrics
    return web


def make(app: App) -> Asgi:
    """The whole of what answers HTTP."""
    metrics = Metrics()
    return around(litestar(app, metrics), app, metrics)


def around(routes: Litestar, app: App, metrics: Metrics) -> Asgi:
    """The routes with what stands around them."""
    web: Any = routes
    settings = app.settings
    return Protect(
        web,
        origin=settings.origin,
        proxies=settings.trusted_proxies,
        limit=RateLimit(settings.rate_limit),
        metrics=metrics,
        media=media.elsewhere(app),
    )
