"""What many APIs share: sampling parameters, tools, and what a reply says beside its text.

The parameters are those of OpenAI, vLLM, SGLang and llama.cpp; a new one is one word in the list of
its kind.
"""

from statera.proxy.wire.fields import (
    Field,
    each,
    either,
    names,
    number,
    spoken,
    text,
    with_role,
)
from statera.proxy.wire.labels import figures, ident, label, padding, sealed, term
from statera.proxy.wire.tokenlists import logprobs, prompt_logprobs, token_ids, tokens

_NUMBERS = names("""
add_generation_prompt add_special_tokens background best_of bootstrap_port bootstrap_room
cache_prompt continue_final_message data_parallel_rank detokenize document_image_limit
document_page_limit dry_allowed_length dry_base dry_multiplier dry_penalty_last_n
dynatemp_exponent dynatemp_range early_stopping echo enable_thinking frequency_penalty id_slot
ignore_eos include_reasoning include_stop_str_in_output length_penalty logprobs
max_completion_tokens max_output_tokens max_tokens max_tool_calls min_keep min_p min_tokens
mirostat mirostat_eta mirostat_tau n n_cache_reuse n_discard n_indent n_keep n_predict n_probs
no_stop_trim num_ctx parallel_tool_calls parse_tool_calls post_sampling_probs presence_penalty
priority prompt_logprobs random_seed repeat_last_n repeat_penalty repetition_penalty
return_cached_tokens_details return_hidden_states return_mm_kwargs return_progress
return_prompt_text return_token_offsets
routed_experts_prompt_start safe_prompt seed separate_reasoning skip_special_tokens
spaces_between_special_tokens store stream stream_interval stream_reasoning t_max_predict_ms
temperature tfs_z thinking_budget thinking_forced_open thinking_token_budget timings_per_token
top_k top_logprobs top_n_sigma top_p truncate_prompt_tokens typical_p use_beam_search watermarking
xtc_probability xtc_threshold
""")

_TERMS = names("""
encoding_format include prompt_cache_retention prompt_mode reasoning_effort reasoning_format
service_tier speed truncation truncation_side verbosity
""")

_IDS = names("cache_salt request_id rid session_id")

_FIGURES = names("""
allowed_token_ids context_management custom_params disaggregated_params ec_transfer_params
kv_transfer_params logit_bias logprob_token_ids lora media_io_kwargs mm_processor_kwargs modalities
moderation prompt_cache_options repetition_detection stop_token_ids stream_options thinking
vllm_xargs
""")

# What a client asks for in order to get token ids, which nobody here can read.
_TOKENS = names("return_token_ids return_tokens return_tokens_as_token_ids")

_PARAMETERS = names("""
bad_words bootstrap_host dry_sequence_breakers grammar_triggers guided_decoding_backend
logits_processors lora_path metadata preserved_tokens prompt_cache_key response_fields
safety_identifier samplers stop stop_regex user
""")

_DEFINITIONS = names("""
chat_template chat_template_kwargs custom_logit_processor ebnf grammar guided_choice
guided_grammar guided_json guided_regex guided_whitespace_pattern guideline json_schema regex
response_format structural_tag structured_outputs
""")

parameter = with_role("parameter", spoken)
definition = with_role("definition", spoken)
tools = either(many=each(definition))
documents = either(many=each(with_role("document", spoken, "tool_result")))

choice = either(one=term, named=definition)

SAMPLING: dict[str, Field] = {
    **dict.fromkeys(_NUMBERS, number),
    **dict.fromkeys(_TERMS, term),
    **dict.fromkeys(_IDS, ident),
    **dict.fromkeys(_FIGURES, figures),
    **dict.fromkeys(_TOKENS, tokens),
    **dict.fromkeys(_PARAMETERS, parameter),
    **dict.fromkeys(_DEFINITIONS, definition),
    "input_ids": tokens,
    "model": label,
    "tool_choice": choice,
    "tools": tools,
}

# What every reply may say beside its text.
ABOUT: dict[str, Field] = {
    "created": number,
    "created_at": number,
    "ec_transfer_params": figures,
    "error": with_role("", spoken),
    "id": ident,
    "kv_transfer_params": figures,
    "metadata": parameter,
    "metrics": figures,
    "model": label,
    "moderation": figures,
    "object": term,
    "obfuscation": padding,
    "prompt_filter_results": figures,
    "prompt_logprobs": prompt_logprobs,
    "prompt_progress": figures,
    "prompt_text": with_role("user", text),
    "prompt_token_ids": token_ids,
    "provider": label,
    "service_tier": term,
    "sglext": figures,
    "system_fingerprint": ident,
    "timings": figures,
    "usage": figures,
}

# What a choice of a reply may say beside its text.
CHOICE: dict[str, Field] = {
    "avg_decoded_tokens_per_iter": number,
    "content_filter_results": figures,
    "content_filter_offsets": figures,
    "disaggregated_params": figures,
    "finish_reason": term,
    "hidden_states": spoken,
    "index": number,
    "logprobs": logprobs,
    "matched_stop": ident,
    "mm_embedding_handle": figures,
    "native_finish_reason": term,
    "prompt_logprobs": prompt_logprobs,
    "prompt_token_ids": token_ids,
    "routed_experts": sealed,
    "stop_reason": ident,
    "token_ids": token_ids,
}
