"""Whose model it is: the family that a model's name tells.

A judge may prefer the replies of its own kind, so that a judge and a candidate of one family are
worth a warning.

>>> family_of("http://localhost:8000/v1#gpt-4o-mini")
'openai'
>>> sorted(families_of("DeepSeek-R1-Distill-Llama-70B"))
['deepseek', 'meta']
>>> family_of("claudette")
''
"""

import re
from collections.abc import Iterator

_MODELS = {
    "openai": "gpt chatgpt distilgpt davinci curie babbage codex",
    "anthropic": "claude",
    "google": "gemini gemma codegemma medgemma paligemma shieldgemma recurrentgemma palm bison "
    "bard flan t5 learnlm",
    "meta": "llama codellama tinyllama openllama alpaca vicuna galactica",
    "mistral": "mistral mixtral ministral codestral mathstral magistral devstral pixtral voxtral "
    "biomistral openmistral zephyr",
    "qwen": "qwen codeqwen qwq qvq tongyi",
    "deepseek": "deepseek deepseekcoder deepseekmath",
    "microsoft": "phi dialogpt",
    "cohere": "command aya c4ai",
    "xai": "grok",
    "amazon": "nova titan",
    "huggingface": "smollm smolvlm",
    "01-ai": "yi",
    "zhipu": "glm chatglm",
    "moonshot": "kimi moonlight",
    "nvidia": "nemotron minitron",
    "nous": "nous hermes openhermes nousresearch",
    "ai21": "jamba jurassic",
    "ibm": "granite",
    "databricks": "dbrx dolly",
    "tii": "falcon",
    "allenai": "olmo olmoe tulu molmo",
    "eleutherai": "pythia",
    "stability": "stablelm stablecode",
    "upstage": "solar",
    "lg": "exaone",
    "openbmb": "minicpm",
    "shanghai": "internlm internvl",
    "baichuan": "baichuan",
    "tencent": "hunyuan",
    "baidu": "ernie",
    "bytedance": "doubao",
    "minimax": "minimax",
    "reka": "reka",
    "snowflake": "arctic",
    "writer": "palmyra",
    "perplexity": "sonar",
    "liquid": "lfm",
    "xiaomi": "mimo",
    "bigscience": "bloom bloomz",
    "bigcode": "starcoder starchat",
    "salesforce": "codegen xgen",
    "mosaic": "mpt",
}
"""By family, the words of models' names that are its own; digits may follow a word."""

_MAKERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google deepmind",
    "meta": "meta facebook",
    "mistral": "mistralai",
    "qwen": "alibaba",
    "deepseek": "",
    "microsoft": "microsoft",
    "cohere": "cohere cohereforai coherelabs",
    "xai": "xai",
    "amazon": "amazon",
    "huggingface": "huggingfaceh4 huggingfacetb",
    "zhipu": "zhipu zhipuai thudm zai",
    "moonshot": "moonshot moonshotai",
    "nvidia": "nvidia",
    "ai21": "ai21labs",
    "ibm": "ibm",
    "databricks": "databricks",
    "tii": "tiiuae",
    "allenai": "ai2",
    "eleutherai": "",
    "stability": "stabilityai",
    "upstage": "",
    "lg": "lgai",
    "openbmb": "",
    "tencent": "",
    "baidu": "",
    "bytedance": "",
    "reka": "rekaai",
    "snowflake": "",
    "perplexity": "perplexityai",
}
"""By family, the words for who made it; they count where no model's own name is there."""

_PHRASES = (
    (r"gpt4all|gpt sw3|llama cpp(?: python)?|llama index|cerebras gpt", ""),
    (r"gpt (?:j|neox?)(?= |$)|gptj|gptneox?", "eleutherai"),
    (r"text (?:embedding )?ada(?= |$)", "openai"),
    (r"01 ai(?= |$)", "01-ai"),
    (r"opt (?=\d+ ?(?:\d+ ?)?[bm](?: |$))", "meta"),
    (r"seed (?=oss(?: |$))", "bytedance"),
)
"""Names of several words that mean something else than one of their words alone."""

_START = ((r"o[1-9]\d*(?= |$)", "openai"),)
"""Names that are the family's only where they come first: `o1-mini`, but not `Marco-o1`."""

_SIZED = re.compile(r"([a-z]+?)v?\d+[a-z]{0,12}")
_NOT_MODELS = ("scripted:", "echo")
_FILE = re.compile(r"\.(?:gguf|ggml|bin|safetensors|ya?ml|json|pth?|onnx)$")
_HOMES = frozenset({"home", "users"})


def families_of(model: str) -> frozenset[str]:
    """Return the families in a model's name or identity; none where it tells of none.

    A model made from another's has two: `DeepSeek-R1-Distill-Llama-70B`. A provider or an
    organisation (`openai/…`) counts only where no model's own name is there.
    """
    return frozenset(_named(model))


def family_of(model: str) -> str:
    """Return the family that a model's name or identity tells first, or an empty string."""
    return next(iter(_named(model)), "")


def shared_family(judge: str, candidate: str) -> str:
    """Return a warning where both are of one family, or are one model; else an empty string.

    Either may be a model's name, an identity, or a family.
    """
    shared = [name for name in _named(judge) if name in families_of(candidate)]
    if shared:
        return (
            f"judge and candidate share a family ({', '.join(shared)}): "
            f"{_short(judge)} may prefer the replies of {_short(candidate)} for that alone"
        )
    if judge and judge == candidate:
        return f"judge and candidate are one model or family: {_short(judge)} judges its own"
    return ""


def _named(model: str) -> list[str]:
    """Return the families in the order of the name, the last part of a path first."""
    parts = _parts(model)
    for part in reversed(parts):
        if found := _in_words(part, _BY_MODEL):
            return found
    for part in reversed(parts):
        if found := _in_words(part, _BY_MAKER):
            return found
    return []


def _parts(model: str) -> list[str]:
    """Return the parts of the name as lower-case words, outermost first."""
    text = model.strip().lower()
    if text.startswith(_NOT_MODELS):
        return []
    if "://" in text:
        text = text.partition("#")[2]
    text = text.partition("@")[0] if text.startswith("function:") else text
    steps = [step for step in re.split(r"[/\\]|--", _FILE.sub("", text)) if step]
    kept = [step for n, step in enumerate(steps) if n == 0 or steps[n - 1] not in _HOMES]
    return [" ".join(re.findall(r"[a-z0-9]+", step)) for step in kept]


def _in_words(words: str, known: dict[str, str]) -> list[str]:
    """Return the families that a part names, each once, in order."""
    left, found = _phrases(words, models=known is _BY_MODEL)
    for word in re.finditer(r"[a-z0-9]+", left):
        if family := _of_word(word[0], known):
            found.append((word.start(), family))
    return list(dict.fromkeys(family for _, family in sorted(found)))


def _phrases(words: str, *, models: bool) -> tuple[str, list[tuple[int, str]]]:
    """Return the part with its phrases blanked out, and where which family stood."""
    found: list[tuple[int, str]] = []
    for pattern, family in (*_PHRASES, *_starts(words)):
        for hit in re.finditer(rf"(?<![a-z0-9])(?:{pattern})", words):
            words = words[: hit.start()] + "." * len(hit[0]) + words[hit.end() :]
            if family and models:
                found.append((hit.start(), family))
    return words, found


def _starts(words: str) -> Iterator[tuple[str, str]]:
    for pattern, family in _START:
        if re.match(pattern, words):
            yield pattern, family


def _of_word(word: str, known: dict[str, str]) -> str:
    """Return the family of a word, whatever version is written on to it."""
    if word in known:
        return known[word]
    sized = _SIZED.fullmatch(word)
    return known.get(sized[1], "") if sized else ""


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: family for family, words in table.items() for word in words.split()}


_BY_MODEL = _by_word(_MODELS)
_BY_MAKER = _by_word(_MAKERS) | {family: family for family in _MODELS}


def _short(model: str) -> str:
    return model.partition("#")[2] or model if "://" in model else model
