"""Drawings as text: elements with escaped attributes, and places in per cent of the width.

A drawing has a fixed height in pixels and takes the width that it is given, so that its marks and
letters keep their shape on every screen. Colours and hatches are classes of the page's style.
"""

from markupsafe import Markup, escape

Value = str | float | int


def element(name: str, *content: str, **attributes: Value) -> Markup:
    """Return an SVG element; `stroke_width` becomes `stroke-width`, `class_` becomes `class`.

    Content that is not Markup is escaped, and every attribute is.
    """
    stated = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{stated}>{''.join(map(escape, content))}</{name}>")


def drawing(title: str, height: int, *content: Markup) -> Markup:
    """Return the drawing with its title, which is what a reader who does not see it is told."""
    return element(
        "svg", element("title", title), *content, role="img", width="100%", height=height
    )


def percent(place: float) -> str:
    """Return a place as an attribute: `41.25%`."""
    return f"{place:.2f}%"


def line(start: tuple[float, float], end: tuple[float, float], style: str) -> Markup:
    """Return a line; the places are (per cent of the width, pixels from the top)."""
    return element(
        "line",
        class_=style,
        x1=percent(start[0]),
        y1=f"{start[1]:g}",
        x2=percent(end[0]),
        y2=f"{end[1]:g}",
    )


def bar(start: float, end: float, rows: tuple[float, float], style: str) -> Markup:
    """Return a bar from `start` to `end` per cent, `rows` being its top and height in pixels."""
    low, high = sorted((start, end))
    return element(
        "rect",
        class_=style,
        x=percent(low),
        y=f"{rows[0]:g}",
        width=percent(high - low),
        height=f"{rows[1]:g}",
    )


def words(text: str, place: tuple[float, float], style: str) -> Markup:
    """Return text whose middle is at (per cent, pixels from the top to its foot)."""
    return element(
        "text", text, class_=style, x=percent(place[0]), y=f"{place[1]:g}", text_anchor="middle"
    )
