"""The words of the APIs: what a type, a role, a status or a setting may be called.

They say nothing to a model, so that they pass unread; any other word in their place is read. A new
one is one word here.
"""

_ROLES = "user assistant system developer tool function critic discriminator ctx msg all"

_SETTINGS = """
auto none required any validated default flex priority scale standard standard_only batch on off
minimal low medium high xhigh max disabled enabled adaptive concise detailed summarized omitted
current_turn all_turns in_memory 24h 5m 1h ephemeral float base64 float16 bfloat16 float32 int8
uint8 ubinary binary json text parsed raw wav mp3 flac opus aac pcm16 left right native big little
alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse query document passage
deepseek deepseek-legacy embed encode classify score token_embed token_classify reasoning fast us
global not_available persistent server client direct ascii en url transparent opaque png
webp jpeg server_error rate_limit_exceeded
"""

_INCLUDED = """
file_search_call.results web_search_call.results web_search_call.action.sources
message.input_image.image_url computer_call_output.output.image_url
code_interpreter_call.outputs reasoning.encrypted_content message.output_text.logprobs
"""

_ENDINGS = """
stop length tool_calls tool_call function_call content_filter end_turn max_tokens stop_sequence
tool_use pause_turn refusal model_context_window_exceeded compaction abort error eos eos_token
cancelled completed failed in_progress incomplete queued interpreting searching generating
max_output_tokens max_tool_calls STOP MAX_TOKENS SAFETY END_TURN
"""

_FILTERS = """
hate sexual violence self_harm jailbreak safe prompt completion protected_material_code
protected_material_text indirect_attack
"""

_CHANNELS = "analysis commentary final final_answer thinking answer"

_OBJECTS = """
assistant audio chat.completion chat.completion.chunk content custom custom_tool embedding error
file function function_call image json_object json_schema list message model model.response
response text_completion text tool tool_use thinking text/plain
"""

_PARTS = """
audio audio_embeds audio_url base64 computer_screenshot container_upload document encrypted_content
image image_embeds image_pil image_url input_audio input_file input_image input_text mcp_tool_use
output_audio output_text reasoning_text redacted_thinking refusal search_result server_tool_use
summary_text thinking tool_reference tool_result url_citation video video_url
text_delta thinking_delta signature_delta input_json_delta citations_delta compaction_delta
"""

TERMS = frozenset(
    " ".join(
        (_ROLES, _SETTINGS, _INCLUDED, _ENDINGS, _FILTERS, _CHANNELS, _OBJECTS, _PARTS)
    ).split()
)
