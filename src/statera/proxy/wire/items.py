"""Items of OpenAI's responses: what is said, called, returned and thought, in both directions."""

from typing import Any

from statera.proxy.wire.attachments import media
from statera.proxy.wire.fields import (
    Field,
    Reader,
    either,
    names,
    number,
    parts,
    spoken,
    table,
    tag,
    tagged,
    text,
    with_role,
    wrong,
)
from statera.proxy.wire.labels import figures, ident, parameter_text, sealed, term
from statera.proxy.wire.parameters import tools
from statera.proxy.wire.slots import Holder, Key
from statera.proxy.wire.tokenlists import logprobs
from statera.records.guarding import Side

_part = table(
    {
        "annotations": spoken,
        "logprobs": logprobs,
        "prompt_cache_breakpoint": figures,
        "refusal": text,
        "text": text,
        "type": tag,
    }
)
PARTS: dict[str, Field] = {
    **dict.fromkeys(
        names("input_text output_text reasoning_text refusal summary_text text"), _part
    ),
    **dict.fromkeys(
        names("computer_screenshot input_audio input_file input_image output_audio"), media
    ),
}
_content = either(one=text, many=parts(tagged("type", PARTS)))
_returned = with_role("tool", either(one=text, many=_content, named=spoken), "tool_result")
_spoken_return = with_role("tool", spoken, "tool_result")

_ITEM: dict[str, Field] = {
    "acknowledged_safety_checks": spoken,
    "action": spoken,
    "actions": spoken,
    "approval_request_id": ident,
    "approve": number,
    "arguments": either(one=text, named=spoken, many=spoken),
    "async": number,
    "call_id": ident,
    "caller": figures,
    "channel": term,
    "code": text,
    "container_id": ident,
    "content": _content,
    "created_by": ident,
    "environment": spoken,
    "error": spoken,
    "execution": term,
    "fingerprint": ident,
    "id": ident,
    "input": either(one=text, named=spoken),
    "max_output_length": number,
    "name": text,
    "namespace": text,
    "operation": spoken,
    "output": _returned,
    "outputs": _spoken_return,
    "pending_safety_checks": spoken,
    "phase": term,
    "queries": spoken,
    "reason": text,
    "reasoning": figures,
    "recipient": parameter_text,
    "result": _spoken_return,
    "results": _spoken_return,
    "role": term,
    "server_label": ident,
    "status": term,
    "summary": _content,
    "text": figures,
    "tools": tools,
    "type": tag,
}
_any = table(_ITEM)
_thought = table({**_ITEM, "encrypted_content": sealed})
_call = with_role("assistant", _any, "tool_call")
_return = with_role("tool", _any, "tool_result")
_lists = with_role("tool", table({**_ITEM, "output": _spoken_return}), "tool_result")

_CALLS = names("""
apply_patch_call code_interpreter_call computer_call custom_tool_call file_search_call
function_call local_shell_call mcp_approval_request mcp_call program shell_call tool_search_call
web_search_call
""")
_RETURNS = names("custom_tool_call_output function_call_output")
_LISTS = names("""
apply_patch_call_output local_shell_call_output mcp_list_tools program_output shell_call_output
tool_search_output
""")
KINDS: dict[str, Field] = {
    **dict.fromkeys(_CALLS, _call),
    **dict.fromkeys(_RETURNS, _return),
    **dict.fromkeys(_LISTS, _lists),
    **dict.fromkeys(
        names(
            "additional_tools compaction_trigger configuration_update item_reference "
            "mcp_approval_response"
        ),
        _any,
    ),
    **dict.fromkeys(names("compaction reasoning"), with_role("assistant", _thought)),
    **dict.fromkeys(names("computer_call_output image_generation_call"), media),
}
_ROLES = names("user assistant system developer tool critic discriminator")


def _asked(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    role = value.get("role")
    if role not in _ROLES:
        raise wrong(f"{place}.role", f"one of {', '.join(_ROLES)}")
    side: Side = "tool_result" if role == "tool" else "input"
    with_role(role, _any, side)(reader, holder, key, value, place)


# An item of a request, and one of a reply, where the assistant speaks.
asked = tagged("type", {**KINDS, "message": _asked}, otherwise="message")
answered = tagged("type", {**KINDS, "message": _any}, otherwise="message")
