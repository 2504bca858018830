"""Keys, tokens and passwords by the forms that providers give them, and `key = value` by entropy.

Whoever holds a key in one of these forms can use it; a value that only stands beside a word such as
`password` must look drawn, not typed as a placeholder or as code.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterator
from math import log2
from typing import Any, NamedTuple

import msgspec

from statera.codec.patterns import compiled, signs
from statera.records.guarding import Span

_SURE = 3.0
"""Bits a character: what drawn keys of 20 characters and more exceed, and words rarely do."""


class Form(NamedTuple):
    """A form of secrets: what a redaction calls it, its pattern, what else must hold.

    Where the pattern has a group, the secret is what stands in it.
    """

    label: str
    pattern: Any
    valid: Callable[[str], bool] = bool


def secrets(text: str) -> Iterator[Span]:
    """Yield where secrets stand; a text without any sign of one is passed by in one step."""
    seen = _signs(text)
    if not seen:
        return
    for form in _FORMS if _OF_PROVIDERS in seen else (_BESIDE_A_WORD,):
        for found in form.pattern.finditer(text):
            start, end = found.span(1) if found.re.groups else found.span()
            if form.valid(text[start:end]):
                yield Span(start, end, form.label)


def entropy(text: str) -> float:
    """Return the bits a character of the text's own letters (Shannon 1948), 0 for an empty one."""
    counts = Counter(text).values()
    return -sum(n / len(text) * log2(n / len(text)) for n in counts)


def _drawn(value: str) -> bool:
    """Say whether a key looks drawn: with digits, and no few letters over and over."""
    return any(map(str.isdigit, value)) and entropy(value) >= _SURE


def _password(value: str) -> bool:
    """Say whether a value beside a telling word is a secret and no placeholder, path or code."""
    if _PLACEHOLDER.search(value) or _CODE.fullmatch(value):
        return False
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return mixed and len(set(value)) >= min(6, len(value))


def _token(value: str) -> bool:
    """Say whether a JSON web token's header is one."""
    header = value.partition(".")[0]
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (msgspec.DecodeError, binascii.Error, UnicodeDecodeError):
        return False
    return isinstance(found, dict) and "alg" in found


_PLACEHOLDER = re.compile(
    r"(?i)your|example|placeholder|changeme|change_me|dummy|sample|redacted|x{4}|\*{3}|\.{3}|"
    r"1234567|<|>|\$\{|\{\{|%\(|^\$|^env\b|^none$|^null$|^true$|^false$"
)
_CODE = re.compile(
    r"[A-Za-z_][\w.]*[(\[].*|\w*[)\]}].*|/[\w./-]*|\d+|"
    r"[A-Za-z_]+\d{0,2}(?:\.[A-Za-z_]+\d{0,2})+",
    re.DOTALL,
)
_WORD = re.compile(r"(?i)(?:pass(?:word|wd)?|pwd|secret|user(?:name)?|pw|token)")

_WORDS = (
    r"pass(?:word|wd|phrase|wort)?|pwd|secret|token|api[ _\-]?key|access[ _\-]?key|auth[ _\-]?key|"
    r"private[ _\-]?key|credential"
)
_BEGINNINGS = (
    r"AKIA|ASIA|ABIA|ACCA|A3T|AIza|ya29\.|GOCSPX|gh[oprsu]_|github_pat|gl[a-z]{1,6}-|xox|xapp-|"
    r"hooks\.slack|[rs]k_|whsec_|sk-|hf_|npm_|pypi-|eyJ|-----BEGIN|SG\.|dop_v1|:AA|shp|dapi|hvs\.|"
    r"AGE-|gsk_|xai-|r8_|glsa_|PMAK|lin_api|ntn_|Q~|SK[0-9a-f]|://[^\s/@]*:[^\s/]+@|AccessKey=|"
    r"AccountKey=|(?i:aws)"
)
_OF_PROVIDERS = 0
_signs = signs(_BEGINNINGS, rf"(?i:{_WORDS})[\w\-]*[\"']?\s{{0,3}}(?:=|:|(?i:is)\b)")

_BESIDE_A_WORD = Form(
    "SECRET",
    compiled(
        rf"(?i)(?:{_WORDS})[\w\-]{{0,16}}[\"']?"
        r"\s{0,3}(?:=>|:=|=|:|\bis\b)\s{0,3}(?:Bearer |Basic )?[\"'`]?([^\s\"'`,;]{8,256})"
    ),
    _password,
)
_FORMS = (
    Form(
        "PRIVATE_KEY",
        compiled(
            r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[A-Za-z0-9+/=\s\\:,.]|-[A-Za-z0-9])*(?:-----END [A-Z0-9 ]+-----)?"
        ),
    ),
    Form("AWS_KEY", compiled(r"\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b")),
    Form(
        "AWS_SECRET",
        compiled(
            r"(?i)aws.{0,24}?(?:secret|sk).{0,24}?[=:\s\"']([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"
        ),
        _drawn,
    ),
    Form("GOOGLE_KEY", compiled(r"\b(AIza[\w\-]{35})(?:[^\w\-]|$)")),
    Form("GOOGLE_KEY", compiled(r"\bGOCSPX-[\w\-]{28}|\bya29\.[\w\-]{30,}")),
    Form("AZURE_KEY", compiled(r"(?i:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{42,86}={0,2})")),
    Form("AZURE_SECRET", compiled(r"\b\w{3}\dQ~[\w~.\-]{31,34}")),
    Form("GITHUB_TOKEN", compiled(r"\bgh[oprsu]_[A-Za-z0-9]{36,255}|\bgithub_pat_\w{22,255}")),
    Form("GITLAB_TOKEN", compiled(r"\bgl(?:pat|dt|oas|rt|cbt|ptt|ft|imt|agent|soat)-[\w\-]{20,}")),
    Form(
        "SLACK_TOKEN", compiled(r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}|\bxapp-\d-[A-Za-z0-9\-]{10,}")
    ),
    Form("SLACK_WEBHOOK", compiled(r"hooks\.slack\.com/(?:services|workflows)/[\w/]{20,}")),
    Form(
        "STRIPE_KEY", compiled(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}")
    ),
    Form("ANTHROPIC_KEY", compiled(r"\bsk-ant-[\w\-]{24,}"), _drawn),
    Form("OPENAI_KEY", compiled(r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\-]{20,}"), _drawn),
    Form("HUGGINGFACE_TOKEN", compiled(r"\bhf_[A-Za-z0-9]{30,}")),
    Form("NPM_TOKEN", compiled(r"\bnpm_[A-Za-z0-9]{36}\b")),
    Form("PYPI_TOKEN", compiled(r"\bpypi-AgE[\w\-]{50,}")),
    Form("JWT", compiled(r"\beyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]{8,}"), _token),
    Form("SENDGRID_KEY", compiled(r"\bSG\.[\w\-]{16,32}\.[\w\-]{16,64}")),
    Form("TELEGRAM_TOKEN", compiled(r"\b\d{8,10}:AA[\w\-]{33}")),
    Form(
        "API_KEY",
        compiled(
            r"\bdop_v1_[a-f0-9]{64}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|\bdapi[a-f0-9]{32}\b|"
            r"\bhvs\.[\w\-]{24,}|\bAGE-SECRET-KEY-1[A-Z0-9]{58}|\bgsk_[A-Za-z0-9]{40,}|"
            r"\bxai-[A-Za-z0-9]{60,}|\br8_[A-Za-z0-9]{37}\b|\bglsa_\w{32,}|"
            r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}|\blin_api_[A-Za-z0-9]{40}|\bntn_[A-Za-z0-9]{40,}|"
            r"\bSK[0-9a-f]{32}\b"
        ),
        _drawn,
    ),
    Form(
        "PASSWORD",
        compiled(r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s:/@\"'<>]{0,64}:([^\s/@\"'<>]{3,128})@[\w\[]"),
        lambda value: not (_PLACEHOLDER.search(value) or _WORD.fullmatch(value)),
    ),
    _BESIDE_A_WORD,
)
