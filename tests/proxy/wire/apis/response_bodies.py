"""Responses with every kind of item, and every event of a stream."""

from typing import Any

from statera.proxy.wire.fields import names
from tests.proxy.wire.apis.chat_bodies import SCHEMA

TEXT = {
    "type": "output_text",
    "text": "Paris",
    "annotations": [{"type": "url_citation", "title": "a page", "url": "https://example.org"}],
}
MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [TEXT, {"type": "refusal", "refusal": "no"}],
}
REASONING = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "in short"}],
    "content": [{"type": "reasoning_text", "text": "at length"}],
    "encrypted_content": "AAAA",
}
CALLS: list[dict[str, Any]] = [
    {"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": '{"a": "b"}'},
    {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "ls -l"},
    {
        "type": "mcp_call",
        "id": "mcp_1",
        "server_label": "srv",
        "name": "h",
        "arguments": "{}",
        "output": "found it",
        "error": {"type": "http_error", "message": "not there"},
    },
    {
        "type": "mcp_approval_request",
        "id": "m",
        "name": "h",
        "arguments": "{}",
        "server_label": "s",
    },
    {"type": "web_search_call", "id": "ws", "action": {"type": "search", "query": "who is"}},
    {"type": "file_search_call", "id": "fs", "queries": ["what"], "results": [{"text": "this"}]},
    {
        "type": "code_interpreter_call",
        "id": "ci",
        "code": "print(1)",
        "container_id": "cntr",
        "outputs": [{"type": "logs", "logs": "one"}],
    },
    {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {"command": ["ls", "-l x"]}},
    {"type": "shell_call", "id": "s", "call_id": "c", "action": {"commands": ["cat a"]}},
    {"type": "apply_patch_call", "id": "a", "call_id": "c", "operation": {"diff": "+ line"}},
    {"type": "computer_call", "id": "c", "call_id": "c", "action": {"type": "type", "text": "hi"}},
    {"type": "tool_search_call", "id": "t", "call_id": "c", "arguments": {"goal": "find a tool"}},
    {"type": "program", "id": "p", "call_id": "c", "code": "run()", "fingerprint": "fp"},
]
RETURNS: list[dict[str, Any]] = [
    {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
    {
        "type": "custom_tool_call_output",
        "call_id": "c2",
        "output": [{"type": "input_text", "text": "a file"}],
    },
    {"type": "local_shell_call_output", "id": "l", "output": "total 0"},
    {"type": "shell_call_output", "call_id": "c", "output": [{"stdout": "out", "stderr": "err"}]},
    {"type": "apply_patch_call_output", "call_id": "c", "status": "completed", "output": "done"},
    {"type": "program_output", "id": "p", "call_id": "c", "result": "42 apples"},
    {
        "type": "mcp_list_tools",
        "id": "mcpl",
        "server_label": "srv",
        "tools": [{"name": "h", "description": "helps", "input_schema": SCHEMA}],
    },
    {"type": "tool_search_output", "call_id": "c", "tools": [{"type": "function", "name": "k"}]},
]
OTHERS: list[dict[str, Any]] = [
    {
        "type": "mcp_approval_response",
        "approval_request_id": "m",
        "approve": True,
        "reason": "ok so",
    },
    {"type": "additional_tools", "role": "developer", "tools": [{"type": "function", "name": "z"}]},
    {"type": "configuration_update", "reasoning": {"effort": "low"}},
    {"type": "item_reference", "id": "msg_0"},
    {"type": "compaction", "encrypted_content": "AAAA"},
]
REQUEST: dict[str, Any] = {
    "model": "m",
    "instructions": "be kind",
    "input": [
        {"role": "user", "content": "hello"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "first half"},
                {"type": "input_text", "text": "second half"},
            ],
        },
        MESSAGE,
        REASONING,
        *CALLS,
        *RETURNS,
        *OTHERS,
    ],
    "tools": [
        {"type": "function", "name": "f", "description": "does", "parameters": SCHEMA},
        {"type": "mcp", "server_label": "srv", "server_description": "serves"},
    ],
    "tool_choice": {"type": "function", "name": "f"},
    "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}},
    "prompt": {"id": "pmpt_1", "variables": {"who": "Ann"}},
    "previous_response_id": "resp_0",
    "conversation": {"id": "conv_1"},
    "include": ["reasoning.encrypted_content"],
    "metadata": {"team": "blue"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "temperature": 0.5,
}
REPLY: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1.0,
    "model": "m",
    "status": "completed",
    "instructions": "be kind",
    "output": [REASONING, MESSAGE, *CALLS],
    "tools": [{"type": "function", "name": "f", "description": "does"}],
    "tool_choice": "auto",
    "text": {"format": {"type": "text"}},
    "parallel_tool_calls": True,
    "metadata": {},
    "usage": {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 7,
    },
    "error": {"code": "server_error", "message": "it broke"},
    "incomplete_details": {"reason": "max_output_tokens"},
}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "sequence_number": 1, "output_index": 1, "item_id": "msg_1", **fields}


EVENTS: list[dict[str, Any]] = [
    event("response.created", response={**REPLY, "output": []}),
    event("response.output_item.added", item={**MESSAGE, "content": []}),
    event("response.content_part.added", content_index=0, part={**TEXT, "text": ""}),
    event("response.output_text.delta", content_index=0, delta="Pa"),
    event("response.output_text.done", content_index=0, text="Paris"),
    event("response.content_part.done", content_index=0, part=TEXT),
    event("response.output_text.annotation.added", content_index=0, annotation={"title": "a b"}),
    event("response.refusal.delta", content_index=1, delta="n"),
    event("response.refusal.done", content_index=1, refusal="no"),
    event("response.reasoning_text.delta", content_index=0, delta="at"),
    event("response.reasoning_text.done", content_index=0, text="at length"),
    event("response.reasoning_summary_part.added", summary_index=0, part={"type": "summary_text"}),
    event("response.reasoning_summary_text.delta", summary_index=0, delta="in"),
    event("response.reasoning_summary_text.done", summary_index=0, text="in short"),
    event("response.function_call_arguments.delta", delta='{"a'),
    event("response.function_call_arguments.done", arguments='{"a": "b"}', name="f"),
    event("response.mcp_call_arguments.delta", delta="{"),
    event("response.custom_tool_call_input.delta", delta="ls"),
    event("response.custom_tool_call_input.done", input="ls -l"),
    event("response.code_interpreter_call_code.delta", delta="pr"),
    event("response.shell_call_command.added", command_index=0, command="cat"),
    event("response.shell_call_output_content.delta", command_index=0, delta={"stdout": "out"}),
    event("response.audio.transcript.delta", delta="spoken"),
    event("response.output_item.done", item=MESSAGE),
    event("response.output_item.done", item=REASONING),
    event("response.completed", response=REPLY),
    event("error", code="server_error", message="it broke"),
]
LABELS = frozenset(
    names(
        "model id type role call_id status object code metadata previous_response_id conversation "
        "include reasoning approval_request_id server_label container_id fingerprint usage item_id "
        "incomplete_details encrypted_content tool_choice"
    )
)
