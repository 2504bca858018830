from statera.models.check import Check, refusal, unknown
from statera.models.examinee import Sent


def test_what_cannot_be_found_out_is_said_so() -> None:
    assert unknown("price", "unknown", "no cost") == Check(
        name="price", state="unknown", found="unknown", means="no cost"
    )


def test_a_refusal_is_in_the_servers_words() -> None:
    assert refusal(Sent(400, None, 0, "no seed here", 0.1)) == "refused: 400 no seed here"
    assert refusal(Sent(404, None, 0, "", 0.1)) == "refused: 404"
