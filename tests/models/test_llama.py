import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.models.embedded import Loaded
from statera.models.llama import BATCH, Cancelled, Llama, PromptTooLong, library, shared_prefix

TEXT = "The three primary colors are red, blue and yellow. " * 12


def fresh(llama: Llama, tokens: list[int], first: int) -> list[list[float]]:
    """Return rows with nothing in memory before them."""
    list(llama.rows([llama.special.eos], first=0))
    return [row.tolist() for row in llama.rows(tokens, first=first)]


def test_what_the_file_says(embedded: Loaded) -> None:
    llama = embedded.llama
    assert llama.special == (1, 2, False)
    assert llama.vocabulary == 49_152
    assert llama.context == 2048
    assert llama.metadata("general.architecture") == "llama"
    assert llama.metadata("no.such.key") is None
    assert "<|im_start|>" in (llama.template or "")
    assert llama.ends(2)
    assert not llama.ends(504)


def test_special_tokens_are_read_in_a_text_unless_told_otherwise(embedded: Loaded) -> None:
    assert embedded.llama.tokenize("<|im_end|>") == [2]
    assert len(embedded.llama.tokenize("<|im_end|>", special=False)) > 1
    assert embedded.llama.piece(2) == b""
    assert embedded.llama.piece(2, special=True) == b"<|im_end|>"


@settings(max_examples=60)
@given(text=st.text(st.characters(max_codepoint=0xFFFF, categories=["L", "N", "P", "Zs"])))
def test_tokens_give_the_text_back(embedded: Loaded, text: str) -> None:
    llama = embedded.llama
    assert llama.detokenize(llama.tokenize(text, special=False)) == text


def test_logits_are_the_same_whole_in_pieces_and_on_a_kept_prefix(embedded: Loaded) -> None:
    """Bit for bit, batches of one among them: 0, 1, 2, a few or most tokens are kept."""
    llama = embedded.llama
    tokens = llama.tokenize(TEXT)[:30]
    whole = fresh(llama, tokens, 0)
    for kept in (1, 2, 15, 28, 29):
        list(llama.rows(tokens[:kept], first=kept - 1))
        assert [row.tolist() for row in llama.rows(tokens, first=kept)] == whole[kept:]
    for size in (1, 2, 3, 8):
        (row,) = llama.rows(tokens[:size], first=size - 1)
        assert row.tolist() == whole[size - 1]


def quantized(source: Path, target: Path, file_type: int) -> Path:
    """Write the model again in another quantisation, with llama.cpp itself."""
    lib = library()
    params = lib.c.llama_model_quantize_default_params()
    params.nthread, params.ftype, params.allow_requantize = 1, file_type, True
    pointer = lib.ffi.new("llama_model_quantize_params *", params)
    assert lib.c.llama_model_quantize(str(source).encode(), str(target).encode(), pointer) == 0
    return target


def test_a_k_quants_logits_do_not_depend_on_the_batch_either(
    embedded: Loaded, tmp_path: Path
) -> None:
    path = quantized(embedded.weights.path, tmp_path / "q4_k.gguf", 15)
    llama = Llama(path, context=64)
    path.unlink()  # 100 MB that nobody needs to keep
    tokens = llama.tokenize(TEXT)[:13]
    whole = fresh(llama, tokens, 0)
    for kept in (1, 5, 8, 12):
        list(llama.rows(tokens[:kept], first=kept - 1))
        assert [row.tolist() for row in llama.rows(tokens, first=kept)] == whole[kept:]
    llama.close()


def test_a_prompt_wider_than_a_batch_is_evaluated_in_several(embedded: Loaded) -> None:
    llama = embedded.llama
    tokens = llama.tokenize(TEXT * 4)[: BATCH + 1]
    assert len(tokens) == BATCH + 1
    last = fresh(llama, tokens, BATCH)
    list(llama.rows(tokens[:100], first=99))
    assert [row.tolist() for row in llama.rows(tokens, first=BATCH)] == last


def test_generated_tokens_are_nobodys_prefix(embedded: Loaded) -> None:
    llama = embedded.llama
    tokens = llama.tokenize(TEXT)[:20]
    whole = fresh(llama, tokens, 19)
    list(llama.rows(tokens[:10], first=9))
    for token in tokens[10:]:
        llama.step(token)
    assert [row.tolist() for row in llama.rows(tokens, first=19)] == whole


def test_a_prompt_over_the_context_is_an_error_and_changes_nothing(embedded: Loaded) -> None:
    llama = embedded.llama
    tokens = llama.tokenize("a b c")
    before = fresh(llama, tokens, 2)
    with pytest.raises(PromptTooLong, match="2048 tokens, but the prompt has 2049"):
        list(llama.rows([504] * 2049, first=0))
    assert [row.tolist() for row in llama.rows(tokens, first=2)] == before


def test_halted_work_stops_between_batches(embedded: Loaded) -> None:
    asked = iter((False, True))
    with pytest.raises(Cancelled):
        list(embedded.llama.rows([504] * (2 * BATCH), first=0, halted=lambda: next(asked)))
    (row,) = embedded.llama.rows([504, 3575], first=1)
    assert np.isfinite(row).all()


def test_the_context_can_be_filled_to_its_last_token(embedded: Loaded) -> None:
    llama = Llama(embedded.weights.path, context=64)
    list(llama.rows([504] * 63, first=62))
    assert np.isfinite(llama.step(504)).all()
    (last,) = llama.rows([504] * 64, first=63)
    assert np.isfinite(last).all()
    llama.close()


def test_a_file_that_is_cut_short_is_one_clear_line(embedded: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    with embedded.weights.path.open("rb") as file:
        path.write_bytes(file.read(3_000_000))
    with pytest.raises(
        DeclarationError, match=r"short\.gguf: not a model that llama\.cpp can"
    ) as e:
        Llama(path)
    assert "\n" not in str(e.value)


def test_a_missing_engine_says_how_to_install_it() -> None:
    source = (
        "import sys; sys.modules['llama_cpp_py_sync'] = None\n"
        "from statera.models.llama import library\n"
        "library()"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=600, check=False
    )
    assert "pip install 'statera[embedded]'" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("left", "right", "size"),
    [([], [], 0), ([1], [], 0), ([1, 2, 3], [1, 2], 2), ([1, 2, 3], [1, 9, 3], 1), ([7], [8], 0)],
)
def test_shared_prefix(left: list[int], right: list[int], size: int) -> None:
    assert shared_prefix(left, right) == shared_prefix(right, left) == size
