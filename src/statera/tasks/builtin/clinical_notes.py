"""Clinical notes to summarise, whose allergies and other critical facts must not be omitted."""

from statera.tasks.notes.definition import NotesTask

definition = NotesTask(
    name="clinical_notes",
    summary="summaries of clinical notes; critical facts that must not be omitted or made up",
    items=120,
)
