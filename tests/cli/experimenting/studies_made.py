"""A small study: its files, and the command's arguments."""

ARMS = "[{name: plain-arm, weight: 0.5}, {name: warm-arm, weight: 0.5, system_prompt: warm.txt}]"
DESIGN = f"""experiment: secret-tone
arms: {ARMS}
primary: {{outcome: solved, minimum: 0.02}}
guardrails: [{{outcome: duration, margin: 60}}]
outcomes:
  correct: {{kind: mean, low: 0, high: 1}}
"""
TASKS = (
    '{"id": "task-capital", "task": "Find the <b>capital</b>.", "reference": "Canberra"}\n'
    '{"id": "task-letter", "task": "Write a letter."}\n'
)
REPLIES = "default: {text: 'It is <img src=x onerror=document.title=1> Canberra.'}\n"
FILES = {
    "tone.yaml": DESIGN,
    "tasks.jsonl": TASKS,
    "people.txt": "Ana\nBen\n",
    "replies.yaml": REPLIES,
    "warm.txt": "Be warm.\n",
}
SECRETS = ("plain-arm", "warm-arm", "secret-tone", "task-capital", "task-letter", "Ana", "Ben")
ARGS = (
    *("tone.yaml", "--tasks", "tasks.jsonl", "--people", "people.txt"),
    *("--model", "scripted:replies.yaml"),
)
