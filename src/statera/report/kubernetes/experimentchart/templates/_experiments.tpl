{{- define "experiment.variables" -}}
{{- if .Values.experiment.designs -}}
{{- $places := list }}
{{- range .Values.experiment.designs }}
{{- $places = printf "/etc/experiments/%s" . | append $places }}
{{- end }}
{{- $secret := .Values.experiment.secret }}
- name: STATERA_GUARD_EXPERIMENT
  value: {{ join "," $places | quote }}
- name: STATERA_GUARD_SPOOL
  value: /var/lib/statera/spool
- name: STATERA_LIVE
  {{- if eq .Values.experiment.store "sqlite" }}
  value: /var/lib/statera/live.sqlite
  {{- else }}
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: live}}
  {{- end }}
- name: STATERA_GUARD_UNIT_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: unit_key}}
- name: STATERA_GUARD_FEEDBACK_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: feedback_key}}
- name: STATERA_GUARD_FEEDBACK_TOKEN
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: feedback_token}}
{{- range .Values.experiment.keys }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: {{ . }}}}
{{- end }}
- name: STATERA_GUARD_TESTER_TOKEN
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: tester_token, optional: true}}
{{- end }}
{{- end }}

{{- define "experiment.mounts" -}}
{{- if .Values.experiment.designs -}}
- {name: experiments, mountPath: /etc/experiments, readOnly: true}
- {name: experiment-data, mountPath: /var/lib/statera}
{{- end }}
{{- end }}

{{- define "experiment.volumes" -}}
{{- if .Values.experiment.designs -}}
- name: experiments
  configMap:
    name: {{ .Values.name }}-experiments
    items:
      {{- range $path, $_ := .Files.Glob "files/experiments/**" }}
      {{- $name := trimPrefix "files/experiments/" $path }}
      - key: {{ replace "/" "." $name | quote }}
        path: {{ $name | quote }}
      {{- end }}
- name: experiment-data
  {{- if .Values.experiment.spool.claim }}
  persistentVolumeClaim: {claimName: {{ .Values.experiment.spool.claim }}}
  {{- else }}
  emptyDir: {sizeLimit: {{ .Values.experiment.spool.size | quote }}}
  {{- end }}
{{- end }}
{{- end }}

{{- define "experiment.group" -}}
{{- if and .Values.experiment.designs .Values.experiment.spool.claim -}}
fsGroup: {{ .Values.user | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
{{- end }}

{{- /* Designs are read when the guard starts: another digest makes the pods anew. */ -}}
{{- define "experiment.annotation" -}}
{{- if .Values.experiment.designs -}}
{{- $all := "" }}
{{- range $path, $_ := .Files.Glob "files/experiments/**" }}
{{- $all = printf "%s%s\n%s\n" $all (trimPrefix "files/experiments/" $path) ($.Files.Get $path) }}
{{- end }}
statera-experiments: {{ sha256sum $all | quote }}
{{- end }}
{{- end }}

{{- define "experiment.egress" -}}
{{- if .Values.experiment.designs -}}
{{- if eq .Values.experiment.store "postgresql" }}
- to:
    {{- toYaml .Values.experiment.database.to | nindent 4 }}
  ports:
    - {port: {{ .Values.experiment.database.port | int }}, protocol: TCP}
{{- end }}
{{- range $place, $rule := .Values.experiment.endpoints }}
{{- list $rule | toYaml | nindent 0 }}
{{- end }}
{{- end }}
{{- end }}

{{- /* What contradicts itself; `statera guard manifest --experiment` says the same. */ -}}
{{- define "experiment.checked" -}}
{{- if .Values.experiment.designs }}
{{- range $name, $_ := .Values.guard.env }}
{{- if has $name (list "STATERA_GUARD_EXPERIMENT" "STATERA_GUARD_SPOOL" "STATERA_LIVE" "STATERA_GUARD_LIVE" "STATERA_GUARD_UNIT_KEY" "STATERA_GUARD_FEEDBACK_KEY" "STATERA_GUARD_FEEDBACK_TOKEN" "STATERA_GUARD_TESTER_TOKEN") }}
{{- fail (printf "'%s' in guard.env is not for a user to set: experiment and its Secret say it" $name) }}
{{- end }}
{{- end }}
{{- range .Values.experiment.designs }}
{{- if not ($.Files.Get (printf "files/experiments/%s" .)) }}
{{- fail (printf "experiment.designs: the chart has no files/experiments/%s" .) }}
{{- end }}
{{- end }}
{{- $one := "one pod alone: replicas 1, autoscaling.enabled false, rollout.maxSurge 0" }}
{{- $more := and .Values.autoscaling.enabled (gt (int .Values.autoscaling.maxReplicas) 1) }}
{{- $still := has (toString .Values.rollout.maxSurge) (list "0" "0%") }}
{{- $several := or (gt (int .Values.replicas) 1) $more (not $still) }}
{{- $claim := .Values.experiment.spool.claim }}
{{- if eq .Values.experiment.store "sqlite" }}
{{- if $several }}
{{- fail (printf "experiment.store is sqlite and several pods would share it: PostgreSQL is needed (store: postgresql), or %s" $one) }}
{{- end }}
{{- if not $claim }}
{{- fail "experiment.spool.claim: sqlite would end with its pod and all facts with it: name a PersistentVolumeClaim" }}
{{- end }}
{{- else if and $claim $several }}
{{- fail (printf "experiment.spool.claim '%s' would be mounted by several pods: leave it empty, or %s" $claim $one) }}
{{- end }}
{{- range $place, $rule := .Values.experiment.endpoints }}
{{- if not $rule }}
{{- fail (printf "experiment.endpoints.%s: a NetworkPolicy knows no names of hosts; say where it is, as {to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443, protocol: TCP}]}" $place) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
