from statera.models.embedded import Loaded
from statera.models.generation import Drawn
from statera.models.likelihoods import TokenScore
from statera.modelserver.legacy import LegacyLogprobs, token_name


def test_a_token_is_named_by_its_text_or_its_bytes(embedded: Loaded) -> None:
    llama = embedded.llama
    assert token_name(llama, 504) == "The"
    assert token_name(llama, 2) == "<|im_end|>"
    assert [token_name(llama, t) for t in llama.tokenize("日")] == [
        "bytes:\\xe6\\x97",
        "bytes:\\xa5",
    ]


def test_offsets_count_characters_from_the_prompt_into_the_reply(embedded: Loaded) -> None:
    llama = embedded.llama
    legacy = LegacyLogprobs(llama)
    text = "日 a"
    tokens = llama.tokenize(text)
    scores = [None, *(TokenScore(token, -1.0, False) for token in tokens[1:])]
    arrays = legacy.echoed(text, tokens, scores)
    assert arrays["text_offset"] == [0, 0, 1]
    assert arrays["top_logprobs"] == [None, {"bytes:\\xa5": -1.0}, {" a": -1.0}]
    paris = llama.tokenize(" b c")
    drawn = tuple(Drawn(t, llama.piece(t), TokenScore(t, -2.0, True, ((t, -2.0),))) for t in paris)
    assert legacy.generated(drawn)["text_offset"] == [3, 5]


def test_a_space_that_the_tokenizer_put_before_the_text_has_no_offset(embedded: Loaded) -> None:
    tokens = embedded.llama.tokenize(" a b")
    arrays = LegacyLogprobs(embedded.llama).echoed("a b", tokens, [None] * len(tokens))
    assert arrays["text_offset"] == [0, 1]
