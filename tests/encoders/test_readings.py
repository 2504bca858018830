"""A reading is plain data that travels."""

import msgspec

from statera.encoders.readings import ClassifierReading


def test_a_reading_survives_the_way_through_json() -> None:
    reading = ClassifierReading({"a": 0.5}, {"a": (0, 3)}, beyond=False)
    back = msgspec.json.decode(msgspec.json.encode(reading), type=ClassifierReading)
    assert back == reading
