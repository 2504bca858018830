import pytest

from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.sandbox.limits import Limits


def test_limits_are_read_strictly() -> None:
    assert convert({"seconds": 3.0}, Limits, source="x").seconds == 3.0
    with pytest.raises(DeclarationError, match="Did you mean 'seconds'"):
        convert({"second": 3}, Limits, source="x")


def test_one_file_fits_the_scratch_folder_and_the_code_is_ended_before_the_clock() -> None:
    limits = Limits()
    assert limits.file_bytes <= limits.scratch_bytes
    assert limits.cpu_seconds < limits.seconds
    assert limits.output_bytes <= limits.flood_bytes
