"""What live experiments add to the chart: files, values, templates and where these are included.

A chart without experiments has none of it.
"""

import json
from pathlib import Path, PurePosixPath

from statera.codec.files import read_text
from statera.report.kubernetes.designs import Carried

Files = dict[PurePosixPath, str]

EXPERIMENT_CHART = Path(__file__).parent / "experimentchart"
VALUES = PurePosixPath("values.yaml")
FILES = PurePosixPath("files/experiments")
INCLUDED = (
    ("_guard.tpl", '  {{- merge $own .Values.guard.env | include "variables" | nindent 2 }}',
     '  {{- include "experiment.variables" . | nindent 2 }}'),
    ("_guard.tpl", "  - {name: guard-temporary, mountPath: /tmp}",
     '  {{- include "experiment.mounts" . | nindent 2 }}'),
    ("deployment.yaml", '{{- include "checked" . -}}',
     '{{- include "experiment.checked" . -}}'),
    ("deployment.yaml", "        kubectl.kubernetes.io/default-container: model",
     '        {{- include "experiment.annotation" . | nindent 8 }}'),
    ("deployment.yaml", "        runAsGroup: {{ .Values.user | int64 }}",
     '        {{- include "experiment.group" . | nindent 8 }}'),
    ("deployment.yaml", "          emptyDir: {medium: Memory, sizeLimit: 1Mi}\n        {{- end }}",
     '        {{- include "experiment.volumes" . | nindent 8 }}'),
    ("networkpolicy.yaml", "    {{- toYaml . | nindent 4 }}\n    {{- end }}",
     '    {{- include "experiment.egress" . | nindent 4 }}'),
)  # fmt: skip
"""A template, what stands in it once, and the line that follows it where there are experiments."""


def experiment_values(carried: Carried) -> str:
    """Return the values of live experiments, with what the designs say of them."""
    told = {"designs": carried.designs, "keys": carried.keys, "endpoints": carried.endpoints}
    text = read_text(EXPERIMENT_CHART / VALUES)
    for name, value in told.items():
        line = f"  {name}: {json.dumps(type(value)())}\n"
        text = text.replace(line, f"  {name}: {json.dumps(value)}\n", 1)
    return text


def chart_files(folder: Path) -> Files:
    """Return the files of a folder by their paths below it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {PurePosixPath(path.relative_to(folder).as_posix()): read_text(path) for path in paths}


def experimenting(chart: Files, carried: Carried) -> Files:
    """Return the chart with the experiments in it."""
    found = chart_files(EXPERIMENT_CHART) | chart
    found[VALUES] = chart[VALUES] + experiment_values(carried)
    for name, line, more in INCLUDED:
        path = PurePosixPath("templates") / name
        found[path] = found[path].replace(f"{line}\n", f"{line}\n{more}\n", 1)
    return found | {FILES / path: text for path, text in carried.files.items()}
