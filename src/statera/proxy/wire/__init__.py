"""Where text is in what clients and model servers say to each other, API by API.

`apis` has one file an API (a new file is a new API): tables of its fields. What a table does not
name and what can carry text is refused, or read where the policy allows it; nothing is skipped.
`fields` has the kinds of field, `slots` what comes out: passages that know where they came from.

Roles of passages are those of the messages (`system`, `user`, `assistant`, `tool`), `definition`
(tools, schemas, templates) and `parameter` (stop strings, metadata and the like).
"""
