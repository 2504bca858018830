"""A thin engine on the llama.cpp C API: text to tokens, tokens to exact logits.

It exists because servers cannot be trusted to score a prompt (echo is ignored or shifted in
several), and because reproducing a log-likelihood needs control over how a prompt is batched:

- Flash attention is off: with it, log-likelihoods depend on the batch by up to 0.4 nats.
- A batch of one token takes another multiplication kernel, and its logits differ by up to 1; with
  K-quants so do the last tokens of a batch that is no multiple of 8. So batches of a prompt are
  filled up with dummies, which are dropped again, and generated tokens, which do go one at a time,
  are never reused as somebody's prefix.

With both, logits are bit for bit the same whether a prompt is evaluated whole, in pieces, or on
top of a prefix that is still in memory.

    engine = Llama(path)
    tokens = engine.tokenize("The capital of France is")
    last = list(engine.rows(tokens, first=len(tokens) - 1))[0]     # float32, one logit a token

One engine is for one thread at a time, except `tokenize`, `piece` and `detokenize`.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from statera.errors import DeclarationError
from statera.models.weights import INSTALL_ENGINE

Row = NDArray[np.float32]
Halted = Callable[[], bool]

DEFAULT_CONTEXT = 4096
BATCH = 256
_ERROR_LEVEL = 4
# File types (llama.cpp's `llama_ftype`) measured to give the same logits in any batch of two or
# more: F32, F16, Q4_0, Q4_1, Q8_0, Q5_0, IQ4_NL. Others, K-quants among them, want multiples of 8.
_ANY_BATCH = frozenset({"0", "1", "2", "3", "7", "8", "25"})


class PromptTooLong(ValueError):
    """The prompt has more tokens than the context holds; nothing was evaluated."""

    def __init__(self, tokens: int, context: int) -> None:
        super().__init__(
            f"This model's maximum context length is {context} tokens, "
            f"but the prompt has {tokens} tokens."
        )
        self.tokens = tokens
        self.context = context


class EngineFailure(RuntimeError):
    """llama.cpp could not evaluate a batch."""


class Cancelled(RuntimeError):
    """Whoever asked has gone; the work was dropped."""


class Special(NamedTuple):
    """The tokens that begin and end a text, by id; -1 where the model has none.

    `add_bos`: the model wants every text to begin with `bos`.
    """

    bos: int
    eos: int
    add_bos: bool


class Library(NamedTuple):
    """The loaded C library with its last error messages; `log` keeps the callback alive."""

    c: Any
    ffi: Any
    log: Any
    errors: deque[str]


@cache
def library() -> Library:
    """Load llama.cpp once a process, silenced; DeclarationError says how to install it."""
    try:
        bindings: Any = import_module("llama_cpp_py_sync._cffi_bindings")
        c, ffi = bindings.get_lib(), bindings.get_ffi()
    except ModuleNotFoundError:
        raise DeclarationError(
            f"the embedded model's engine is not installed; run: {INSTALL_ENGINE}"
        ) from None
    except (RuntimeError, OSError) as error:
        raise DeclarationError(f"the embedded model's engine does not load here: {error}") from None
    errors: deque[str] = deque(maxlen=3)

    def keep_errors(level: int, text: Any, _: Any) -> None:
        if level == _ERROR_LEVEL:
            errors.append(ffi.string(text).decode(errors="replace").strip())

    log = ffi.callback("void(enum ggml_log_level, char *, void *)", keep_errors)
    c.llama_log_set(log, ffi.NULL)
    c.llama_backend_init()
    return Library(c, ffi, log, errors)


def never() -> bool:
    """Return False: nobody halts this work."""
    return False


def shared_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    """Return how many leading tokens two sequences share."""
    size = min(len(left), len(right))
    if left[:size] == right[:size]:
        return size
    return next(i for i in range(size) if left[i] != right[i])


class Llama:
    """A GGUF model with one context in memory.

    `context` is the greatest number of tokens of prompt and reply (never above the model's own).
    `threads` evaluate prompts; generation uses one, since a second one gains nothing there.
    """

    def __init__(self, path: Path, *, context: int = DEFAULT_CONTEXT, threads: int = 1) -> None:
        self._lib = library()
        self._model = self._load(path)
        self._vocab = self._lib.c.llama_model_get_vocab(self._model)
        self.context = min(context, self._lib.c.llama_model_n_ctx_train(self._model))
        self.vocabulary = int(self._lib.c.llama_vocab_n_tokens(self._vocab))
        self._ctx = self._open(path, threads)
        self._memory = self._lib.c.llama_get_memory(self._ctx)
        self._cuts = not (
            self._lib.c.llama_model_is_recurrent(self._model)
            or self._lib.c.llama_model_is_hybrid(self._model)
        )
        self._batch = self._lib.c.llama_batch_init(BATCH, 0, 1)
        self._multiple = 1 if self.metadata("general.file_type") in _ANY_BATCH else 8
        self._tokens: list[int] = []
        self._exact = 0
        self._last: Row | None = None

    def _load(self, path: Path) -> Any:
        params = self._lib.c.llama_model_default_params()
        params.n_gpu_layers = 0
        self._lib.errors.clear()
        model = self._lib.c.llama_model_load_from_file(str(path).encode(), params)
        if model == self._lib.ffi.NULL:
            why = "; ".join(self._lib.errors) or "llama.cpp gives no reason"
            raise DeclarationError(f"{path}: not a model that llama.cpp can load: {why}")
        if self._lib.c.llama_model_has_encoder(model):
            self._lib.c.llama_model_free(model)
            raise DeclarationError(f"{path}: an encoder model; it does not continue text")
        return model

    def _open(self, path: Path, threads: int) -> Any:
        params = self._lib.c.llama_context_default_params()
        params.n_ctx = self.context + BATCH  # room for the dummies that fill a batch up
        params.n_batch = params.n_ubatch = BATCH
        params.n_threads, params.n_threads_batch = 1, threads
        params.flash_attn_type = 0
        params.swa_full = True  # a sliding window must not forget what a reused prefix needs
        ctx = self._lib.c.llama_init_from_model(self._model, params)
        if ctx == self._lib.ffi.NULL:
            self._lib.c.llama_model_free(self._model)
            raise DeclarationError(f"{path}: no memory for a context of {self.context} tokens")
        return ctx

    def close(self) -> None:
        """Free the model and its context; the engine cannot be used afterwards."""
        self._lib.c.llama_batch_free(self._batch)
        self._lib.c.llama_free(self._ctx)
        self._lib.c.llama_model_free(self._model)

    def metadata(self, key: str) -> str | None:
        """Return a metadata value of the GGUF file (`general.name`), or None without one."""
        size = self._lib.c.llama_model_meta_val_str(
            self._model, key.encode(), self._lib.ffi.NULL, 0
        )
        if size < 0:
            return None
        room = self._lib.ffi.new("char[]", size + 1)
        self._lib.c.llama_model_meta_val_str(self._model, key.encode(), room, size + 1)
        return bytes(self._lib.ffi.buffer(room, size)).decode(errors="replace")

    @property
    def template(self) -> str | None:
        """The chat template (Jinja) in the file, or None."""
        return self.metadata("tokenizer.chat_template")

    @property
    def special(self) -> Special:
        """The tokens that begin and end a text, and whether a text begins with one by itself."""
        c = self._lib.c
        return Special(
            bos=c.llama_vocab_bos(self._vocab),
            eos=c.llama_vocab_eos(self._vocab),
            add_bos=bool(c.llama_vocab_get_add_bos(self._vocab)),
        )

    def ends(self, token: int) -> bool:
        """Return True for a token that ends a reply."""
        return bool(self._lib.c.llama_vocab_is_eog(self._vocab, token))

    def tokenize(self, text: str, *, special: bool = True, bos: bool = True) -> list[int]:
        """Return the tokens of a text.

        `special`: a special token's name in the text (`<|im_end|>`) is that token, as other
        servers do; otherwise it is plain text. `bos`: begin with the model's first token, if the
        model asks for one. A lone surrogate is no text and counts as "?".
        """
        data = text.encode(errors="replace")
        room = len(data) + 8
        buffer = self._lib.ffi.new("llama_token[]", room)
        count = self._lib.c.llama_tokenize(self._vocab, data, len(data), buffer, room, bos, special)
        if count < 0:
            raise EngineFailure(f"a text of {len(data)} bytes could not be tokenised")
        return list(buffer[0:count])

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """Return the bytes of one token, perhaps part of a character.

        A control token has bytes (its name) only with `special`.
        """
        room = 256
        buffer = self._lib.ffi.new("char[]", room)
        size = self._lib.c.llama_token_to_piece(self._vocab, token, buffer, room, 0, special)
        if size < 0:
            buffer = self._lib.ffi.new("char[]", -size)
            size = self._lib.c.llama_token_to_piece(self._vocab, token, buffer, -size, 0, special)
        return bytes(self._lib.ffi.buffer(buffer, size))

    def detokenize(self, tokens: Sequence[int], *, special: bool = True) -> str:
        """Return the text of the tokens; bytes that are no UTF-8 become U+FFFD."""
        data = b"".join(self.piece(token, special=special) for token in tokens)
        return data.decode(errors="replace")

    def rows(self, tokens: Sequence[int], *, first: int, halted: Halted = never) -> Iterator[Row]:
        """Yield the logits after each token from position `first` to the last one.

        A row is a view that the next one may overwrite. What the last prompt shares with this one
        is not evaluated again. Raises PromptTooLong, EngineFailure, and Cancelled when `halted`
        says so between two batches.
        """
        if len(tokens) > self.context:
            raise PromptTooLong(len(tokens), self.context)
        tokens = list(tokens)
        if self._last is not None and first == len(tokens) - 1 and tokens == self._tokens:
            yield self._last
            return
        kept = self._keep(min(shared_prefix(self._tokens[: self._exact], tokens), first))
        for start in range(kept, len(tokens), BATCH):
            if halted():
                raise Cancelled
            part = tokens[start : start + BATCH]
            wanted = max(first - start, 0)
            self._prompt(part, wanted)
            if start + BATCH >= len(tokens):
                self._last = self._row(len(part) - 1).copy()
            for index in range(wanted, len(part)):
                yield self._row(index)

    def step(self, token: int) -> Row:
        """Append one generated token and return the logits after it (a view)."""
        self._last = None
        self._decode([token], 0)
        self._tokens.append(token)
        return self._row(0)

    def _keep(self, size: int) -> int:
        """Forget everything after the first `size` tokens; return how many are left.

        A recurrent model's memory cannot be cut, so all of it goes.
        """
        self._last = None
        if not self._cuts:
            size = 0
        if size == 0:
            self._lib.c.llama_memory_clear(self._memory, True)
        else:
            self._lib.c.llama_memory_seq_rm(self._memory, 0, size, -1)
        del self._tokens[size:]
        self._exact = size
        return size

    def _prompt(self, part: list[int], wanted: int) -> None:
        """Evaluate a part of a prompt, in a batch whose size does not change its logits."""
        dummies = self._dummies(len(part))
        self._decode(part + part[-1:] * dummies, wanted)
        self._tokens += part
        self._exact = len(self._tokens)
        if dummies:
            self._lib.c.llama_memory_seq_rm(self._memory, 0, self._exact, -1)

    def _dummies(self, size: int) -> int:
        """Return how many tokens fill a batch up; none where they could not be dropped again."""
        if not self._cuts:
            return 0
        return max(2 - size, -size % self._multiple)

    def _decode(self, part: Sequence[int], wanted: int) -> None:
        """Evaluate a batch after what is in memory, with logits from index `wanted` on."""
        batch, start = self._batch, len(self._tokens)
        batch.n_tokens = len(part)
        for index, token in enumerate(part):
            batch.token[index] = token
            batch.pos[index] = start + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = index >= wanted
        status = self._lib.c.llama_decode(self._ctx, batch)
        if status != 0:
            self._lib.c.llama_memory_clear(self._memory, True)
            self._tokens, self._exact, self._last = [], 0, None
            raise EngineFailure(f"llama.cpp could not evaluate {len(part)} tokens (code {status})")

    def _row(self, index: int) -> Row:
        pointer = self._lib.c.llama_get_logits_ith(self._ctx, index)
        data = self._lib.ffi.buffer(pointer, self.vocabulary * 4)
        return np.frombuffer(data, dtype=np.float32)
