"""What the guard will not pass on, and says why: `Refused`."""


class Refused(Exception):
    """A body that is not passed on; `param` is the place in it that is at fault.

    `code` is one of `invalid_json`, `invalid_request`, `unknown_field`, `image_not_allowed`,
    `tokens_not_readable`, `too_many_texts`, `not_redactable`. The message holds no content.
    In a reply it is the model server that is at fault: answer 502 then.
    """

    def __init__(self, message: str, *, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = 400
        self.code = code
        self.param = param


def shown(name: str) -> str:
    """Return a field's name for a message: quoted, short, printable."""
    return ascii(name if len(name) <= 40 else name[:40] + "...")
