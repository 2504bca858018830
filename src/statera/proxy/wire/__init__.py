"""Where text is in what clients and model servers say to each other, API by API.

`apis` has one file an API (a new file is a new API): tables of its fields. What a table does not
name and what can carry text is refused, or read where the policy allows it; nothing is skipped.
`fields` has the kinds of field, `slots` what comes out: passages that know where they came from.

Roles of passages are those of the messages (`system`, `developer`, `user`, `assistant`, `tool`,
`function`; responses know `critic` and `discriminator` too), `document` (what is given along to be
read), `definition` (tools, schemas, templates) and `parameter` (stop strings, metadata, `user`, and
all that should be an id or a word of the API and is none). An upstream's error is `assistant`.

What passes unread: numbers of less than twelve digits before the point (of less than seven among
texts), words of the APIs (`vocabulary`), ids and names of models as in `leaves`, names of fields
below parameters that are figures, sealed data where the API has it, and with `images: allow` data
and addresses that are no text.
"""
