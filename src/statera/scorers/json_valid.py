"""The reply is JSON, and JSON that fits a schema."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from statera.codec.canonical import canonical
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.reading.source import prepare_code
from statera.scorers.rules import BadScorer, Check, ReplyRule, package

_FENCED = re.compile(r"\s*```[\w-]*[ \t]*\n(.*?)\n?\s*```\s*", re.S)


class JsonValid(ReplyRule, frozen=True, kw_only=True, tag="json_valid"):
    """The reply is one JSON document; a code fence around it is forgiven unless `bare`."""

    version = "1"
    default_metric = "json_valid"

    bare: bool = False

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the reply decodes."""
        try:
            decode(reply, bare=self.bare)
        except msgspec.DecodeError as error:
            return Check(False, 0.0, str(error))
        return Check(True, 1.0)


class JsonSchema(ReplyRule, frozen=True, kw_only=True, tag="json_schema"):
    """The reply is one JSON document that fits `schema` (JSON Schema; its `$schema` or 2020-12)."""

    version = "1"
    default_metric = "json_schema"

    schema: dict[str, Any]
    bare: bool = False

    def __post_init__(self) -> None:
        _validator(canonical(self.schema))

    def check(self, reply: str, sample: Sample, response: Response) -> Check:
        """Return whether the reply decodes and fits; `why` names the first place that does not."""
        try:
            document = decode(reply, bare=self.bare)
        except msgspec.DecodeError as error:
            return Check(False, 0.0, str(error))
        problems = _validator(canonical(self.schema)).iter_errors(document)
        first = min(problems, key=lambda e: list(map(str, e.absolute_path)), default=None)
        if first is None:
            return Check(True, 1.0)
        return Check(False, 0.0, f"{first.json_path}: {first.message}"[:500])


def decode(reply: str, *, bare: bool) -> Any:
    """Return the document in the reply; msgspec.DecodeError when there is none."""
    text = prepare_code(reply).text
    fenced = None if bare else _FENCED.fullmatch(text)
    data = (fenced[1] if fenced else text).encode("utf-8", "surrogatepass")
    try:
        return msgspec.json.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from None


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    validators = package("jsonschema.validators", scorer="json_schema")
    errors = package("jsonschema.exceptions", scorer="json_schema")
    declared = msgspec.json.decode(schema)
    kind = validators.validator_for(declared, default=validators.Draft202012Validator)
    try:
        kind.check_schema(declared)
    except errors.SchemaError as error:
        raise BadScorer(f"scorer 'json_schema': {error.json_path}: {error.message}") from None
    return kind(declared)
