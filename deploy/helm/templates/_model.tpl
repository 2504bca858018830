{{- define "model.health" -}}
exec:
  command:
    - python3
    - /etc/hooks/health.py
    - {{ eq .Values.model.listen "socket" | ternary "/run/model/api.sock" "8000" | quote }}
timeoutSeconds: 10
{{- end }}

{{- define "model.container" -}}
name: model
image: {{ .Values.model.image | quote }}
imagePullPolicy: {{ .Values.model.pullPolicy }}
{{- if eq .Values.model.listen "socket" }}
command:
  - sh
  - -c
  - rm -f /run/model/api.sock && exec "$0" "$@"
  {{- toYaml .Values.model.command | nindent 2 }}
args:
  {{- concat .Values.model.args (list "--uds" "/run/model/api.sock") | toYaml | nindent 2 }}
{{- else }}
command:
  {{- toYaml .Values.model.command | nindent 2 }}
args:
  {{- concat .Values.model.args (list "--host" "127.0.0.1" "--port" "8000") | toYaml | nindent 2 }}
{{- end }}
env:
  {{- $own := dict "HOME" "/cache" "USER" "vllm" "VLLM_HOST_IP" "127.0.0.1" "VLLM_LOOPBACK_IP" "127.0.0.1" "VLLM_NO_USAGE_STATS" "1" "HF_HUB_OFFLINE" "1" }}
  {{- mergeOverwrite $own .Values.model.env | include "variables" | nindent 2 }}
resources:
  requests:
    cpu: {{ .Values.model.cpu | quote }}
    memory: {{ .Values.model.memory | quote }}
    nvidia.com/gpu: {{ .Values.model.gpus }}
  limits:
    memory: {{ .Values.model.memory | quote }}
    nvidia.com/gpu: {{ .Values.model.gpus }}
startupProbe:
  {{- include "model.health" . | nindent 2 }}
  periodSeconds: 10
  failureThreshold: {{ div (add .Values.model.startSeconds 9) 10 }}
livenessProbe:
  {{- include "model.health" . | nindent 2 }}
  periodSeconds: 30
  failureThreshold: 4
lifecycle:
  postStart:
    exec:
      command: [python3, /etc/hooks/resume.py]
  preStop:
    exec:
      command: [python3, /etc/hooks/drain.py, {{ .Values.drain.waitSeconds | int | quote }}]
securityContext:
  {{- include "restrictions" . | nindent 2 }}
volumeMounts:
  - {name: weights, mountPath: /models, readOnly: true}
  - {name: hooks, mountPath: /etc/hooks, readOnly: true}
  - {name: shared-memory, mountPath: /dev/shm}
  - {name: model-cache, mountPath: /cache}
  - {name: model-temporary, mountPath: /tmp}
  {{- if eq .Values.model.listen "socket" }}
  - {name: socket, mountPath: /run/model}
  {{- end }}
{{- end }}
