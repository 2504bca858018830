"""Letters drawn as emoji, which NFKC leaves alone: 🅺🅸🅻🅻, 🅚🅘🅛🅛, 🇰🇮🇱🇱, ⒦⒤⒧⒧.

Regional indicators are left alone when each pair of them, in the whole text, is a flag.
"""

import re

from statera.guard.normalisation.alignment import Replacement

_ROWS = (0x249C, 0x1F110, 0x1F150, 0x1F170, 0x1F1E6)
"""Where a row of 26 begins."""
_TO_ASCII = {row + i: chr(ord("a") + i) for row in _ROWS for i in range(26)}
_RUN = re.compile(
    "(?P<regional>[\U0001f1e6-\U0001f1ff]+)|[\u249c-\u24b5\U0001f110-\U0001f129"
    "\U0001f150-\U0001f169\U0001f170-\U0001f189]+"
)
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq "
    "br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cp cr cu cv cw cx cy cz de dg dj dk "
    "dm do dz ea ec ee eg eh er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq "
    "gr gs gt gu gw gy hk hm hn hr ht hu ic id ie il im in io iq ir is it je jm jo jp ke kg kh ki "
    "km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp "
    "mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm "
    "pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx "
    "sy sz ta tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um un us uy uz va vc ve vg vi "
    "vn vu wf ws xk ye yt za zm zw"
)
_FLAGS = frozenset(_COUNTRIES.split())


def present(characters: str) -> bool:
    """Return whether any of the characters is such a letter."""
    return bool(_RUN.search(characters))


def replacements(text: str) -> list[Replacement]:
    """Return each such letter with its small letter of ASCII."""
    runs = [(run, run[0].translate(_TO_ASCII)) for run in _RUN.finditer(text)]
    flags = all(_flags(letters) for run, letters in runs if run["regional"])
    return [
        Replacement(*run.span(), letters, exact=True)
        for run, letters in runs
        if not (flags and run["regional"])
    ]


def _flags(letters: str) -> bool:
    pairs = [letters[i : i + 2] for i in range(0, len(letters), 2)]
    return all(pair in _FLAGS for pair in pairs)
