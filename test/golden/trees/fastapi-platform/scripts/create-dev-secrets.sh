#!/usr/bin/env bash
# Makes the secrets of the development cluster with new values; those that exist are left as they are.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/create-dev-secrets.sh [--context NAME] [--dry-run]

--context  the cluster, by its context in the kubeconfig; without it the current one
--dry-run  only say what would be made
END
}

namespace=my-service-dev
secrets=(api-secrets postgres redis rabbitmq)
kubectl=(kubectl)
dry_run=false
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --context) kubectl+=(--context "${2:?--context needs a name}") && shift 2 ;;
    --dry-run) dry_run=true && shift ;;
    *) usage >&2 && exit 2 ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ -n $("${kubectl[@]}" get secrets --namespace "$namespace" --ignore-not-found --output name "${secrets[@]}") ]]; then
  echo "there are secrets in $namespace already; to have new ones, delete them first: ${secrets[*]}"
  exit
fi
if "$dry_run"; then
  echo "would make in $namespace: ${secrets[*]}"
  exit
fi

random() { openssl rand -hex 32; }
postgres_password=$(random)
redis_password=$(random)
rabbitmq_password=$(random)

"${kubectl[@]}" apply --kustomize kubernetes/overlays/dev --selector app.kubernetes.io/component=namespace
# Through a pipe: arguments of a command are seen by everybody on this machine, and a file would have to be deleted.
"${kubectl[@]}" create --namespace "$namespace" --filename - << END
apiVersion: v1
kind: Secret
metadata:
  name: api-secrets
stringData:
  DATABASE_URL: postgresql://my_service:$postgres_password@postgres:5432/my_service
  REDIS_URL: redis://my_service:$redis_password@redis:6379/0
  RABBITMQ_URL: amqp://my_service:$rabbitmq_password@rabbitmq:5672/
  SYSTEM_HEALTH_TOKEN: $(random)
  METRICS_TOKEN: $(random)
  JWT_SECRET_KEY: $(random)
  SMTP_URL: smtp://mailpit:1025
---
apiVersion: v1
kind: Secret
metadata:
  name: postgres
stringData:
  password: $postgres_password
---
apiVersion: v1
kind: Secret
metadata:
  name: redis
stringData:
  password: $redis_password
---
apiVersion: v1
kind: Secret
metadata:
  name: rabbitmq
stringData:
  user.conf: |
    default_user = my_service
    default_pass = $rabbitmq_password
END
