"""Addresses of e-mail, also as `name [at] host [dot] org`; no file names and no Git remotes."""

from collections.abc import Iterator

from statera.codec.patterns import compiled

_ADDRESS = compiled(r"[\p{L}\p{N}._%+\-']+@(?:[\p{L}\p{N}\-]+\.)+\p{L}{2,}")
_SPELLED = compiled(
    r"(?i)[a-z0-9][a-z0-9._%+\-]* ?[\[({] ?at ?[\])}] ?[a-z0-9\-]+"
    r"(?: ?[\[({] ?dot ?[\])}] ?[a-z0-9\-]+|\.[a-z0-9\-]+)+"
)
_LOGIN = compiled(r"://[^\s/@]*:?$")
_BEFORE = 64
_AT = ("at]", "at)", "at}", "at ]", "at )", "at }", "AT]", "AT)", "AT}", "AT ]", "AT )", "AT }")
_FILES = frozenset(
    ("bmp", "css", "gif", "htm", "html", "jpeg", "jpg", "js", "json", "mp3", "mp4", "pdf", "png")
) | frozenset(("svg", "webp"))


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Yield where addresses stand."""
    if "@" in text:
        for found in _ADDRESS.finditer(text):
            start, end = found.span()
            start += len(found[0]) - len(found[0].lstrip(".'-%"))
            if text[start] != "@" and not _something_else(text, start, end):
                yield start, end
    if any(sign in text for sign in "[({") and any(sign in text for sign in _AT):
        for found in _SPELLED.finditer(text):
            yield found.span()


def _something_else(text: str, start: int, end: int) -> bool:
    """Say whether it is the remote of a repository, part of a URL with a password, or a file."""
    remote = text[end : end + 1] == ":" and text[end + 1 : end + 2].isalpha()
    login = _LOGIN.search(text[max(0, start - _BEFORE) : start])
    file = text[start:end].rpartition(".")[2].lower() in _FILES
    return bool(remote or login or file or text[start - 1 : start] == "@")
