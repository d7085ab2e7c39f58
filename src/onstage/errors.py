"""What can go wrong for a caller: each error carries its HTTP status and a sentence for people (RFC 9457)."""


class Refused(Exception):
    """An act that is not possible; it changed nothing.

    `status` is the HTTP status, `code` the stable name in problem+json, `str(error)` the sentence for people,
    `field` names the input at fault where there is one. `values` fill the places of a sentence, `%(most)s`; the
    edge puts the sentence into the reader's language before it fills them.
    """

    status = 400
    code = "refused"

    def __init__(self, sentence: str, *, field: str | None = None, code: str | None = None, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values
        self.field = field
        if code is not None:
            self.code = code


class Invalid(Refused):
    """The input does not have the form it needs."""

    status = 422
    code = "invalid"


class SignInNeeded(Refused):
    """Nobody is signed in, and this needs somebody."""

    status = 401
    code = "sign-in-needed"


class NotAllowed(Refused):
    """The viewer is known and may not do this."""

    status = 403
    code = "not-allowed"


class NotFound(Refused):
    """There is no such thing, or this viewer may not know of it: both look the same."""

    status = 404
    code = "not-found"


class Conflict(Refused):
    """The state of things has changed, or the name is taken."""

    status = 409
    code = "conflict"


class Gone(Refused):
    """It was here and has ended."""

    status = 410
    code = "gone"


class TooLarge(Refused):
    """More bytes, seconds or space than the limits give."""

    status = 413
    code = "too-large"


class NoRoom(Refused):
    """The server's disk is full, whoever asks."""

    status = 507
    code = "disk-full"

    def __init__(self, sentence: str = "The server has no room now. Nothing was changed; try again later.") -> None:
        super().__init__(sentence)


class Unreachable(Refused):
    """The database does not answer, whoever asks."""

    status = 503
    code = "database-away"

    def __init__(self) -> None:
        super().__init__("The database does not answer now. Nothing was changed; try again in a moment.")


class Contended(Refused):
    """Two acts waited for each other and this one gave way; done again, it goes through."""

    status = 503
    code = "contended"

    def __init__(self) -> None:
        super().__init__("Too much happens at once just now. Nothing was changed; try again in a moment.")


class TooMany(Refused):
    """Too often in too short a time; `retry_after` is in whole seconds."""

    status = 429
    code = "too-many"

    def __init__(self, sentence: str, *, retry_after: int, field: str | None = None) -> None:
        super().__init__(sentence, field=field)
        self.retry_after = retry_after


class InUse(Refused):
    """The data folder or the port is in use; the sentence says by whom and what to do."""

    status = 409
    code = "in-use"
