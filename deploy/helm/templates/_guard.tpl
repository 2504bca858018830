{{- define "guard.container" -}}
name: guard
image: {{ .Values.guard.image | quote }}
imagePullPolicy: {{ .Values.guard.pullPolicy }}
{{- if eq .Values.form "sidecar" }}
restartPolicy: Always
{{- end }}
ports:
  - {name: http, containerPort: 8080, protocol: TCP}
env:
  {{- $place := eq .Values.model.listen "socket" | ternary "unix:/run/model/api.sock" "http://127.0.0.1:8000" }}
  {{- $own := dict "TARGET_UPSTREAM" $place "STATERA_POLICY" "/etc/statera/policy.yaml" }}
  {{- if not (kindIs "invalid" .Values.guard.threshold) }}
  {{- $own = merge $own (dict "TOXICITY_THRESHOLD" .Values.guard.threshold) }}
  {{- end }}
  {{- merge $own .Values.guard.env | include "variables" | nindent 2 }}
resources:
  requests:
    cpu: {{ .Values.guard.requests.cpu | quote }}
    memory: {{ .Values.guard.requests.memory | quote }}
  limits:
    cpu: {{ .Values.guard.limits.cpu | quote }}
    memory: {{ .Values.guard.limits.memory | quote }}
startupProbe:
  httpGet: {path: /health/startup, port: 8080}
  periodSeconds: 1
  failureThreshold: 60
  timeoutSeconds: 3
livenessProbe:
  httpGet: {path: /health/live, port: 8080}
  periodSeconds: 10
  failureThreshold: 3
  timeoutSeconds: 3
readinessProbe:
  httpGet: {path: /health/ready, port: 8080}
  initialDelaySeconds: 10
  periodSeconds: 5
  failureThreshold: 2
  timeoutSeconds: 3
lifecycle:
  preStop:
    exec:
      command: [statera, guard, drain, --wait, {{ .Values.drain.waitSeconds | int | quote }}]
securityContext:
  {{- include "restrictions" . | nindent 2 }}
volumeMounts:
  - {name: policy, mountPath: /etc/statera, readOnly: true}
  - {name: guard-temporary, mountPath: /tmp}
  {{- if eq .Values.model.listen "socket" }}
  - {name: socket, mountPath: /run/model}
  {{- end }}
{{- end }}
