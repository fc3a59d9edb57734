{{/* The chart's name, or what replaces it. */}}
{{- define "agentcore-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the objects: the release and the chart, said once if they are the same. */}}
{{- define "agentcore-operator.fullname" -}}
{{- $name := include "agentcore-operator.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of objects without a namespace: releases of one name in two namespaces must not meet. */}}
{{- define "agentcore-operator.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "agentcore-operator.fullname" .) -}}
{{- end -}}

{{/* The name of the Service of the metrics. */}}
{{- define "agentcore-operator.metricsName" -}}
{{- printf "%s-metrics" (include "agentcore-operator.fullname" . | trunc 55 | trimSuffix "-") -}}
{{- end -}}

{{- define "agentcore-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "agentcore-operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* What never changes about a release: a Deployment's selector can't. */}}
{{- define "agentcore-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agentcore-operator.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The labels of every object: the user's, and ours, which win. */}}
{{- define "agentcore-operator.labels" -}}
{{- $ours := include "agentcore-operator.selectorLabels" . | fromYaml -}}
{{- $_ := set $ours "app.kubernetes.io/version" .Chart.AppVersion -}}
{{- $_ := set $ours "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $ours "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63) -}}
{{- toYaml (merge $ours .Values.commonLabels) -}}
{{- end -}}

{{/* The labels of the pod. None changes with the chart's version alone. */}}
{{- define "agentcore-operator.podLabels" -}}
{{- $ours := include "agentcore-operator.selectorLabels" . | fromYaml -}}
{{- toYaml (merge $ours .Values.podLabels .Values.commonLabels) -}}
{{- end -}}

{{- define "agentcore-operator.image" -}}
{{- $image := printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $image .Values.image.digest -}}
{{- else -}}
{{- $image -}}
{{- end -}}
{{- end -}}

{{/* The pod's own address as it stands before a port; the kubelet fills in the variable. */}}
{{- define "agentcore-operator.podAddress" -}}
{{- if eq .Values.ipFamily "IPv6" -}}
[$(POD_IP)]
{{- else -}}
$(POD_IP)
{{- end -}}
{{- end -}}

{{/* The operator's command line. */}}
{{- define "agentcore-operator.args" -}}
{{- $address := include "agentcore-operator.podAddress" . -}}
{{- $args := list "run" (printf "--health-address=%s:8081" $address) (printf "--metrics-address=%s:8080" $address) -}}
{{- with .Values.clusterId -}}
{{- $args = append $args (printf "--cluster-id=%s" .) -}}
{{- end -}}
{{- with .Values.defaultTags -}}
{{- $tags := list -}}
{{- range $key, $value := . -}}
{{- $tags = append $tags (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- $args = append $args (printf "--default-tags=%s" (join "," $tags)) -}}
{{- end -}}
{{- $args = append $args (printf "--allowed-role-arns=%s" (join "," .Values.allowedRoleArns)) -}}
{{- with .Values.allowExternalIds -}}
{{- $args = append $args (printf "--allow-external-ids=%s" (join "," .)) -}}
{{- end -}}
{{- with .Values.allowAdoption -}}
{{- $args = append $args (printf "--allow-adoption=%s" (join "," .)) -}}
{{- end -}}
{{- with .Values.adoptFromClusters -}}
{{- $args = append $args (printf "--adopt-from-clusters=%s" (join "," .)) -}}
{{- end -}}
{{- if .Values.readOnly -}}
{{- $args = append $args "--read-only" -}}
{{- end -}}
{{- with .Values.watchNamespaces -}}
{{- $args = append $args (printf "--watch-namespaces=%s" (join "," .)) -}}
{{- end -}}
{{- $args = append $args (printf "--concurrency=%d" (int .Values.concurrency)) -}}
{{- $args = append $args (printf "--aws-quota-share=%v" .Values.aws.quotaShare) -}}
{{- $args = append $args (printf "--log-format=%s" .Values.log.format) -}}
{{- $args = append $args (printf "--log-filter=%s" .Values.log.filter) -}}
{{- toYaml (concat $args .Values.extraArgs) -}}
{{- end -}}

{{/* What the operator does to its own objects, in all namespaces or in each one that it watches. */}}
{{- define "agentcore-operator.rules" -}}
- apiGroups: [agentcore-operator.github.io]
  resources: [agentmemories, agentruntimes, codeinterpreters]
  verbs: [get, list, watch, patch]
- apiGroups: [agentcore-operator.github.io]
  resources: [agentmemories/status, agentruntimes/status, codeinterpreters/status]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end -}}
