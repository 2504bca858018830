from pathlib import Path

import msgspec
import pytest

from statera.errors import DeclarationError
from statera.models.modelfile import (
    CallSettings,
    HttpTarget,
    expanded,
    http_settings,
    read_model_file,
)

WHOLE = """
url: https://gateway.example.org/v1
name: support-v7
key_env: GATEWAY_KEY
headers: {X-Team: evals, X-Token: "tok-${TEAM_TOKEN}"}
body: {user: evals}
prices: {input: 0.15, output: 0.60, cached_input: 0.075}
sampling: {temperature: 0.7, max_tokens: 512, stop: ["\\n"]}
max_connections: 16
max_retries: 2
timeouts: {connect: 5, first_byte: 60, total: 300}
identity: support-v7
"""
ENVIRON = {"GATEWAY_KEY": "sk-very-secret", "TEAM_TOKEN": "hush", "OPENAI_API_KEY": "sk-other"}


def read(
    folder: Path,
    text: str,
    environ: dict[str, str] | None = None,
    settings: CallSettings | None = None,
) -> HttpTarget:
    path = folder / "model.yaml"
    path.write_text(text, encoding="utf-8")
    return read_model_file(path, ENVIRON if environ is None else environ, settings)


def test_everything_in_the_file_arrives(tmp_path: Path) -> None:
    target = read(tmp_path, WHOLE)
    assert (target.url, target.name) == ("https://gateway.example.org/v1", "support-v7")
    assert target.key == "sk-very-secret"
    assert target.settings.headers == {"X-Team": "evals", "X-Token": "tok-hush"}
    assert target.settings.body == {"user": "evals"}
    assert target.shown_body == {"user": "evals"}
    assert target.settings.max_connections == 16
    assert target.settings.retry.max_retries == 2
    assert target.settings.timeouts.total == 300
    assert target.settings.identity == "support-v7"
    assert target.price_list.estimate(1_000_000, 1_000_000) == pytest.approx(0.75)
    assert target.sampling == {"temperature": 0.7, "max_tokens": 512, "stop": ("\n",)}


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    flags = CallSettings(max_connections=3, max_retries=0, timeout=20.0)
    settings = read(tmp_path, WHOLE, settings=flags).settings
    assert settings.max_connections == 3
    assert settings.retry.max_retries == 0
    assert settings.timeouts.total == 20.0
    assert settings.timeouts.first_byte == 20.0
    assert settings.timeouts.connect == 5.0


def test_what_nobody_says_is_the_default() -> None:
    settings = http_settings(CallSettings())
    assert settings.max_connections == 64
    assert settings.timeouts.total == 600.0


def test_neither_key_nor_header_is_shown(tmp_path: Path) -> None:
    target = read(tmp_path, WHOLE)
    shown = repr(target) + str(target) + repr(target.settings)
    assert "secret" not in shown
    assert "hush" not in shown


BODY = """
url: http://h/v1#m
headers: {X-Team: "${TEAM_TOKEN}"}
body:
  effort: high
  adapters: ["${ADAPTER}", {name: "a-${ADAPTER}", scale: 0.5}]
  who: "${TEAM_TOKEN}"
  credential: "${ADAPTER}"
  inner: {api_key: literal}
"""


def test_variables_in_the_body_are_sent_and_not_shown(tmp_path: Path) -> None:
    target = read(tmp_path, BODY, environ=ENVIRON | {"ADAPTER": "lora-7"})
    assert target.settings.body["adapters"] == ["lora-7", {"name": "a-lora-7", "scale": 0.5}]
    assert target.settings.body["who"] == "hush"
    one, another = target.shown_body["adapters"]
    assert one.startswith("${ADAPTER} (")
    assert another["name"].startswith("a-${ADAPTER} (")
    rest = {name: target.shown_body[name] for name in ("effort", "who", "credential", "inner")}
    assert rest == {
        "effort": "high",
        "who": "${TEAM_TOKEN}",
        "credential": "***",
        "inner": {"api_key": "***"},
    }
    assert target.settings.secrets == ("lora-7", "hush")
    shown = repr(target) + repr(target.settings)
    assert not [word for word in ("hush", "lora-7", "literal") if word in shown]


def test_another_value_of_a_variable_shows_another_digest(tmp_path: Path) -> None:
    text = 'url: http://h/v1#m\nbody: {adapter: "${ADAPTER}"}'
    shown = [read(tmp_path, text, environ={"ADAPTER": one}).shown_body for one in ("a", "b", "a")]
    assert shown[0] == shown[2] != shown[1]
    secret = {"ADAPTER": "sk-abcdefgh12345678"}
    assert read(tmp_path, text, environ=secret).shown_body == {"adapter": "${ADAPTER}"}


def test_a_password_in_the_url_is_not_shown(tmp_path: Path) -> None:
    target = read(tmp_path, "url: http://user:hunter2@h/v1#m")
    assert "hunter2" not in repr(target)
    assert target.address == "http://h/v1"


def test_the_name_may_stand_in_the_url(tmp_path: Path) -> None:
    assert read(tmp_path, "url: http://h/v1#m").name == "m"
    assert read(tmp_path, "url: http://h/v1#m\nname: n").name == "n"
    assert read(tmp_path, "url: http://h/v1").name is None


def test_the_usual_key_is_used_unless_a_header_authorises(tmp_path: Path) -> None:
    assert read(tmp_path, "url: http://h/v1").key == "sk-other"
    assert read(tmp_path, "url: http://h/v1", environ={}).key is None
    own = 'url: http://h/v1\nheaders: {Authorization: "Basic ${TEAM_TOKEN}"}'
    assert read(tmp_path, own).key is None


def test_temperature_null_sends_none(tmp_path: Path) -> None:
    target = read(tmp_path, "url: http://h/v1\nsampling: {temperature: null}")
    assert target.sampling == {"temperature": None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("url: http://h/v1\nkey: sk-1", ["unknown field `key`", "'key_env'"]),
        ("url: h/v1", ["http:// or https://"]),
        ("name: m", ["missing required field `url`"]),
        ("url: http://h/v1\nkey_env: GATEWAY_KEI", ["GATEWAY_KEI is not set", "'GATEWAY_KEY'"]),
        ('url: http://h/v1\nheaders: {X: "${NOPE}"}', ["NOPE is not set"]),
        ('url: http://h/v1\nbody: {a: ["${NOPE}"]}', ["NOPE is not set"]),
        ("url: http://h/v1\nmax_connections: 0", ["$.max_connections"]),
        ("url: http://h/v1\nprices: {input: '1', output: 2}", ["$.prices.input"]),
        ("url: http://h/v1\nsampling: {temprature: 1}", ["'temperature'"]),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(DeclarationError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "model.yaml"))
    assert "\n" not in message
    for word in words:
        assert word in message
    assert "sk-very-secret" not in message


def test_a_variable_in_the_middle_of_a_text() -> None:
    assert expanded("a ${X}${Y} $Z", {"X": "1", "Y": "2"}) == "a 12 $Z"


def test_settings_have_a_strict_schema() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"retries": 3}, CallSettings)
