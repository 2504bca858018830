{{- define "selector" -}}
app.kubernetes.io/name: {{ .Values.name }}
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/version: {{ .Values.version | quote }}
{{- end }}

{{- define "restrictions" -}}
runAsNonRoot: true
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "variables" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* What contradicts itself; `statera guard manifest` says the same. */ -}}
{{- define "checked" -}}
{{- range concat .Values.model.command .Values.model.args }}
{{- if has (splitList "=" . | first) (list "--host" "--port" "--uds") }}
{{- fail (printf "'%s' in model.args: where the model listens is said by model.listen, loopback or socket" .) }}
{{- end }}
{{- end }}
{{- range $name, $_ := .Values.guard.env }}
{{- if has $name (list "TARGET_UPSTREAM" "TOXICITY_THRESHOLD" "STATERA_POLICY" "STATERA_GUARD_HOST" "STATERA_GUARD_PORT" "STATERA_GUARD_CONTROL_HOST" "STATERA_GUARD_CONTROL_PORT" "STATERA_GUARD_CONTROL_TOKEN") }}
{{- fail (printf "'%s' in guard.env is not for a user to set: probes and hooks rest on it" $name) }}
{{- end }}
{{- end }}
{{- $detectors := list }}
{{- range (fromYaml .Values.policy).detectors }}
{{- $detectors = append $detectors .name }}
{{- end }}
{{- if and .Values.policy (not (kindIs "invalid" .Values.guard.threshold)) (not (has "toxicity" $detectors)) }}
{{- fail "guard.threshold is given and no detector of policy is named 'toxicity': say guard.threshold: null" }}
{{- end }}
{{- if gt (int .Values.drain.waitSeconds) (sub .Values.drain.graceSeconds 15 | int) }}
{{- fail "drain.waitSeconds must leave 15 s of drain.graceSeconds" }}
{{- end }}
{{- if lt (int .Values.autoscaling.maxReplicas) (int .Values.replicas) }}
{{- fail "autoscaling.maxReplicas is below replicas" }}
{{- end }}
{{- end }}
