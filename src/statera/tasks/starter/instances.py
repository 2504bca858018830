"""Arithmetic word problems made from templates; the last lines of `arithmetic.jsonl`.

Instances of one template differ in their numbers only, so they share a cluster: four of them tell
about as much as one. The committed lines are exactly what this prints:

    python -m statera.tasks.starter.instances | diff - <(tail -n 28 arithmetic.jsonl)

Every answer is there twice: at the end of the worked solution, whose equations can be checked one
by one, and as an expression that takes another route.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from statera.records.samples import Sample
from statera.tasks.starter.items import CANARY, line

FIRST = 52
"""The line (counted from 0) of `arithmetic.jsonl` on which the instances begin."""


class Instance(NamedTuple):
    """One problem: its text, worked solution, answer, and an expression of another route."""

    question: str
    solution: str
    answer: float
    second_route: str


class Template(NamedTuple):
    """A story with the numbers that it is told with."""

    name: str
    category: str
    story: Callable[..., Instance]
    rows: tuple[tuple[Any, ...], ...]


def lessons(minutes: int, count: int) -> Instance:
    """One step: a product."""
    total = count * minutes
    return Instance(
        f"A lesson lasts {minutes} minutes. How many minutes do {count} such lessons last?",
        f"Together they last {count} * {minutes} = {total} minutes.",
        total,
        f"sum([{minutes}] * {count})",
    )


def stamps(name: str, owned: int, each: int, friends: int) -> Instance:
    """Two steps: a product, then what is left."""
    given = friends * each
    return Instance(
        f"{name} has {owned} stamps and gives {each} of them to each of {friends} friends. "
        f"How many stamps has {name} left?",
        f"The friends get {friends} * {each} = {given} stamps. "
        f"Left are {owned} - {given} = {owned - given} stamps.",
        owned - given,
        f"len(range({owned})[sum([{each}] * {friends}):])",
    )


def degrees(day1: int, day2: int, day3: int, day4: int) -> Instance:
    """Two steps: an average of four numbers, some of them negative."""
    total = day1 + day2 + day3 + day4
    return Instance(
        f"At noon on four days it was {day1}, {day2}, {day3} and {day4} degrees. "
        "What was the average temperature at noon?",
        f"The four add up to {day1} + {day2} + {day3} + {day4} = {total}. "
        f"The average is {total} / 4 = {total / 4:g} degrees.",
        total / 4,
        f"{day1} + (({day2} - {day1}) + ({day3} - {day1}) + ({day4} - {day1})) / 4",
    )


def boat(full: int, hourly: int, morning: int, afternoon: int) -> Instance:
    """Three steps: a sum, a product, then what is left."""
    hours = morning + afternoon
    used = hours * hourly
    return Instance(
        f"A motor boat has {full} litres in its tank and uses {hourly} litres an hour. It is out "
        f"for {morning} hours in the morning and {afternoon} hours in the afternoon. "
        "How many litres are left?",
        f"It is out for {morning} + {afternoon} = {hours} hours. It uses {hours} * {hourly} = "
        f"{used} litres. Left are {full} - {used} = {full - used} litres.",
        full - used,
        f"{full} - {hourly} * {morning} - {hourly} * {afternoon}",
    )


def machines(first: int, second: int, minutes: int, faulty: int) -> Instance:
    """Three steps: a common rate, its product, then what is left."""
    rate = first + second
    total = rate * minutes
    return Instance(
        f"One machine makes {first} screws a minute and another makes {second}. Both run for "
        f"{minutes} minutes, and {faulty} of the screws are faulty. How many screws are good?",
        f"Together they make {first} + {second} = {rate} screws a minute. In all they make "
        f"{rate} * {minutes} = {total} screws. Good are {total} - {faulty} = {total - faulty}.",
        total - faulty,
        f"{first} * {minutes} + {second} * {minutes} - {faulty}",
    )


def voucher(goods: str, price: int, percent: int, count: int, worth: int) -> Instance:
    """Four steps: a discount, the new price, a product, then a voucher."""
    off = price * percent // 100
    total = count * (price - off)
    return Instance(
        f"One {goods} costs {price}, and this week the shop takes {percent} percent off. Ruth buys "
        f"{count} of them and hands in a voucher worth {worth}. How much is left to pay?",
        f"The shop takes off {price} * {percent} / 100 = {off}. One now costs {price} - {off} = "
        f"{price - off}. Ruth's cost {count} * {price - off} = {total}. "
        f"With the voucher she pays {total} - {worth} = {total - worth}.",
        total - worth,
        f"{count} * {price} * (100 - {percent}) / 100 - {worth}",
    )


def path(length: int, width: int) -> Instance:
    """Five steps: the area of a frame."""
    outer, inner = (length + 2) * (width + 2), length * width
    return Instance(
        f"A lawn is {length} m long and {width} m wide. A path 1 m wide runs all the way round the "
        "outside of it, corners included. How many square metres does the path cover?",
        f"With the path it is {length} + 2 = {length + 2} m long and {width} + 2 = {width + 2} m "
        f"wide. That is {length + 2} * {width + 2} = {outer} square metres. The lawn has "
        f"{length} * {width} = {inner}. "
        f"The path covers {outer} - {inner} = {outer - inner} square metres.",
        outer - inner,
        f"sum(x in (0, {length + 1}) or y in (0, {width + 1}) "
        f"for x in range({length + 2}) for y in range({width + 2}))",
    )


TEMPLATES = (
    Template("lessons", "time", lessons, ((45, 6), (50, 7), (35, 12), (55, 9))),
    Template(
        "stamps",
        "sharing",
        stamps,
        (("Bela", 80, 6, 9), ("Ines", 120, 8, 7), ("Kwame", 95, 11, 5), ("Sofie", 210, 15, 12)),
    ),
    Template(
        "degrees",
        "averages",
        degrees,
        ((4, 7, 2, 3), (-2, 3, 5, 0), (-6, -1, -4, -5), (18, 21, 25, 19)),
    ),
    Template(
        "boat", "travel", boat, ((60, 7, 3, 4), (75, 9, 2, 5), (48, 6, 2, 3), (110, 12, 4, 3))
    ),
    Template(
        "machines",
        "work",
        machines,
        ((30, 25, 12, 17), (45, 38, 20, 64), (16, 29, 15, 9), (120, 85, 10, 150)),
    ),
    Template(
        "voucher",
        "percent",
        voucher,
        (
            ("rug", 80, 15, 2, 30),
            ("lamp", 45, 20, 3, 25),
            ("tent", 160, 25, 2, 50),
            ("chair", 70, 30, 4, 40),
        ),
    ),
    Template("path", "shapes", path, ((10, 6), (14, 9), (8, 8), (21, 12))),
)


def samples() -> Iterator[Sample]:
    """Yield every instance of every template as the sample of its line."""
    told = ((template, row) for template in TEMPLATES for row in template.rows)
    for place, (template, row) in enumerate(told, start=FIRST):
        instance = template.story(*row)
        yield Sample(
            id=f"starter_arithmetic/v1/{place}",
            input=instance.question,
            reference=f"{instance.answer:g}",
            category=template.category,
            cluster=f"starter_arithmetic/template/{template.name}",
            fields={
                "solution": instance.solution,
                "difficulty": instance.solution.count(" = "),
                "second_route": instance.second_route,
                "canary": CANARY,
            },
        )


if __name__ == "__main__":
    sys.stdout.buffer.writelines(map(line, samples()))
