{{/*
What all objects of a release begin with: the release's name, which need not repeat the chart's.
*/}}
{{- define "application.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/*
By which selectors choose: never changed, for a Deployment's selector cannot be.
*/}}
{{- define "application.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "application.labels" -}}
{{ include "application.selector" . }}
app.kubernetes.io/version: {{ default .Chart.AppVersion .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/*
An image by its digest, or else by its tag. Takes a list: the image's values and the tag that it has otherwise.
*/}}
{{- define "application.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default (index . 1) $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "application.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "application.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/*
The Secret that the pods read.
*/}}
{{- define "application.secret" -}}
{{- if eq .Values.secrets.source "existing" -}}
{{- .Values.secrets.existingSecret -}}
{{- else -}}
{{- include "application.fullname" . }}-secrets
{{- end -}}
{{- end -}}

{{/*
For the whole pod: what Pod Security asks for in a restricted namespace.
*/}}
{{- define "application.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "application.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "application.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/*
Settings, and where each secret lies: as a variable it would be seen by whoever may look at the pod, and end up in reports of crashes.
*/}}
{{- define "application.environment" }}
{{- if or .Values.settings .Values.secrets }}
env:
  {{- range $name, $value := .Values.settings }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  {{- range $key, $_ := (.Values.secrets).values }}
  - name: {{ $key }}_FILE
    value: /run/secrets/{{ $.Chart.Name }}/{{ $key }}
  {{- end }}
{{- end }}
{{- if .Values.environment }}
envFrom:
  - configMapRef:
      name: {{ include "application.fullname" . }}-settings
{{- end }}
{{- end -}}

{{- define "application.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- with .Values.secrets }}
- name: secrets
  mountPath: /run/secrets/{{ $.Chart.Name }}
  readOnly: true
{{- end }}
{{- end -}}

{{/*
Volumes of a pod. A database of this release keeps its URL in a Secret of its own.
*/}}
{{- define "application.volumes" -}}
{{- $hasDatabase := include "application.hasDatabase" . -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .Values.secrets }}
- name: secrets
  projected:
    defaultMode: 288 # 0440: for the pod's group alone
    sources:
      - secret:
          name: {{ include "application.secret" $ }}
          items:
            {{- range $key, $_ := .values }}
            {{- if not (and $hasDatabase (eq $key "DATABASE_URL")) }}
            - key: {{ $key }}
              path: {{ $key }}
            {{- end }}
            {{- end }}
      {{- if $hasDatabase }}
      - secret:
          name: {{ $.Release.Name }}-postgresql-app
          items:
            - key: uri
              path: DATABASE_URL
      {{- end }}
{{- end }}
{{- end -}}

{{/*
"yes" where PostgreSQL is part of the release, otherwise nothing.
*/}}
{{- define "application.hasDatabase" -}}
{{- if (.Values.postgresql).enabled -}}yes{{- end -}}
{{- end -}}

{{/*
What a scanner holds against an image without a digest.
*/}}
{{- define "application.withoutDigest" -}}
{{- if not .digest }}
checkov.io/skip1: CKV_K8S_43=an exact tag, unless a digest is among the values
{{- end }}
{{- end -}}
