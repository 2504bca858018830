import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.graders.families import families_of, family_of, shared_family

ONE = [
    ("gpt-4o-mini", "openai"),
    ("gpt2", "openai"),
    ("gpt4o", "openai"),
    ("gpt-35-turbo", "openai"),
    ("gpt35turbo", "openai"),
    ("gpt-oss-20b", "openai"),
    ("chatgpt-4o-latest", "openai"),
    ("o1-mini", "openai"),
    ("o3", "openai"),
    ("o4-mini-2025-04-16", "openai"),
    ("openai/o1", "openai"),
    ("openai:chat:gpt-4o", "openai"),
    ("text-davinci-003", "openai"),
    ("text-ada-001", "openai"),
    ("text-embedding-ada-002", "openai"),
    ("ft:gpt-3.5-turbo-0613:acme::8abc", "openai"),
    ("claude-3-5-sonnet-20241022", "anthropic"),
    ("claude2", "anthropic"),
    ("bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic"),
    ("openrouter/anthropic/claude-3-opus", "anthropic"),
    ("gemini-1.5-pro-002", "google"),
    ("google/gemma-2-9b-it", "google"),
    ("gemma3n:e4b", "google"),
    ("chat-bison@001", "google"),
    ("google/flan-t5-xxl", "google"),
    ("meta-llama/Llama-3.1-8B-Instruct", "meta"),
    ("models--meta-llama--Llama-3.1-8B", "meta"),
    ("llama-v3p1-70b-instruct", "meta"),
    ("ollama/llama3:8b", "meta"),
    ("TheBloke/CodeLlama-13B-Instruct-GPTQ", "meta"),
    ("vicuna-13b-v1.5", "meta"),
    ("facebook/opt-6.7b", "meta"),
    ("mistralai/Mistral-7B-Instruct-v0.2", "mistral"),
    ("Mixtral-8x7B-Instruct-v0.1-AWQ", "mistral"),
    ("ministral-8b-latest", "mistral"),
    ("codestral-2405", "mistral"),
    ("Qwen/Qwen2.5-7B-Instruct", "qwen"),
    ("qwen2vl-7b", "qwen"),
    ("QwQ-32B-Preview", "qwen"),
    ("openai/Qwen2.5-7B-Instruct", "qwen"),
    ("deepseek-chat", "deepseek"),
    ("DeepSeekV3", "deepseek"),
    ("azure/deepseek-r1", "deepseek"),
    ("microsoft/phi-4", "microsoft"),
    ("phi3:mini", "microsoft"),
    ("command-r-plus", "cohere"),
    ("c4ai-aya-expanse-8b", "cohere"),
    ("grok-2-1212", "xai"),
    ("groq/grok-2", "xai"),
    ("amazon.nova-pro-v1:0", "amazon"),
    ("SmolLM2-135M-Instruct-Q8_0.gguf", "huggingface"),
    ("01-ai/Yi-34B-Chat", "01-ai"),
    ("yi34b", "01-ai"),
    ("THUDM/chatglm3-6b", "zhipu"),
    ("glm-4.5-air", "zhipu"),
    ("moonshotai/Kimi-K2-Instruct", "moonshot"),
    ("EleutherAI/gpt-j-6b", "eleutherai"),
    ("gpt-neox-20b", "eleutherai"),
    ("http://localhost:8000/v1#gpt-4o-mini", "openai"),
    ("https://llama.example/v1?api-version=1#mistral-small", "mistral"),
    ("/models/Qwen2.5-7B-Instruct/", "qwen"),
    ("/models/qwen2.5/model-q4_k_m.gguf", "qwen"),
    ("function:bots.ask_claude@0a1b2c3d4e5f", "anthropic"),
    ("anthropic", "anthropic"),
    ("google/unnamed-7b", "google"),
]

UNKNOWN = [
    "",
    "claudette",
    "yippee",
    "ollama",
    "llama.cpp",
    "llama_cpp",
    "gpt4all-falco",
    "gpt-sw3-1.3b",
    "Marco-o1",
    "geminid-7b",
    "supernova-lite",
    "graphite-8b",
    "my-model",
    "groq",
    "o",
    "o1x",
    "tongyippee",
    "commander-7b",
    "optimus-3b",
    "int4-gptq",
    "http://localhost:8000/v1#candidate",
    "https://gpt.example/claude/v1",
    "http://llama.example/v1#support-v7",
    "/home/claude/models/own.gguf",
    "scripted:llama.yaml",
    "scripted:0c22ceae2900edaef3f1e46d4c717300",
    "embedded:b179c9523d0e",
]

SEVERAL = [
    ("DeepSeek-R1-Distill-Llama-70B", {"deepseek", "meta"}, "deepseek"),
    ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B-GGUF", {"deepseek", "qwen"}, "deepseek"),
    ("nous-hermes-llama", {"nous", "meta"}, "nous"),
    ("NousResearch/Hermes-2-Pro-Mistral-7B", {"nous", "mistral"}, "nous"),
    ("nvidia/Llama-3.1-Nemotron-70B-Instruct", {"meta", "nvidia"}, "meta"),
    ("alpaca-gpt4", {"meta", "openai"}, "meta"),
]


@pytest.mark.parametrize(("name", "family"), ONE)
def test_a_name_tells_its_family(name: str, family: str) -> None:
    assert families_of(name) == {family}
    assert family_of(name) == family


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_tells_none_has_none(name: str) -> None:
    assert families_of(name) == frozenset()
    assert family_of(name) == ""


@pytest.mark.parametrize(("name", "families", "first"), SEVERAL)
def test_a_model_made_from_another_has_both(name: str, families: set[str], first: str) -> None:
    assert families_of(name) == families
    assert family_of(name) == first


@given(
    st.sampled_from(
        [name for name, _ in ONE if "://" not in name and name[:2] not in ("fu", "o1", "o3", "o4")]
    ),
    st.sampled_from(["http://10.0.0.1:8000/v1#", "together_ai/", "huggingface/", "local:"]),
    st.sampled_from(["", "-AWQ", "-Q4_K_M", ".Q5_K_S.gguf", "-fp8", "-GPTQ-Int4", "-4bit"]),
)
def test_providers_addresses_and_quantisation_change_nothing(
    name: str, before: str, after: str
) -> None:
    assert families_of(before + name.rstrip("/") + after) == families_of(name)


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    first = family_of(text)
    assert (first in families_of(text)) if first else families_of(text) == frozenset()


@pytest.mark.parametrize(
    ("judge", "candidate", "words"),
    [
        (
            "gpt-4o",
            "http://h/v1#gpt-4o-mini",
            ["family (openai)", "of gpt-4o-mini"],
        ),
        ("openai", "o3-mini", ["openai"]),
        ("llama-3-70b", "DeepSeek-R1-Distill-Llama-8B", ["meta"]),
        ("http://h/v1#own", "http://h/v1#own", ["one model or family: own judges its own"]),
    ],
)
def test_judge_and_candidate_of_one_kind_are_a_warning_in_one_line(
    judge: str, candidate: str, words: list[str]
) -> None:
    message = shared_family(judge, candidate)
    assert message
    assert "\n" not in message
    assert "http" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("judge", "candidate"),
    [("gpt-4o", "claude-3-opus"), ("own", "other"), ("", ""), ("gpt-4o", "")],
)
def test_different_kinds_and_unknown_ones_are_none(judge: str, candidate: str) -> None:
    assert shared_family(judge, candidate) == ""
