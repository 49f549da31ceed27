#!/usr/bin/env bash
# Rolls a version out on Kubernetes: first the migrations, then the pods; when either fails, the version before
# it goes on serving.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/deploy-kubernetes.sh [--context NAME] [--dry-run] ENVIRONMENT [TAG]

ENVIRONMENT  dev, staging or production: a folder of kubernetes/overlays
TAG          the image's tag; without it the one that the overlay names
--context    the cluster, by its context in the kubeconfig; without it the current one
--dry-run    only show what would change in the cluster
END
}

fail() {
  echo "deploy-kubernetes: $*" >&2
  exit 1
}

deployments=(api worker)
kubectl=(kubectl)
dry_run=false
words=()
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --context) kubectl+=(--context "${2:?--context needs a name}") && shift 2 ;;
    --dry-run) dry_run=true && shift ;;
    -*) usage >&2 && exit 2 ;;
    *) words+=("$1") && shift ;;
  esac
done
((${#words[@]} == 1 || ${#words[@]} == 2)) || { usage >&2 && exit 2; }
environment=${words[0]} tag=${words[1]-}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -f kubernetes/overlays/$environment/kustomization.yaml ]] || fail "there is no kubernetes/overlays/$environment"
[[ $tag =~ ^([a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?)?$ ]] ||
  fail "the tag \"$tag\" is not lower-case letters, digits, dots and hyphens, 53 at most"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R kubernetes "$work/"
overlay=$work/kubernetes/overlays/$environment
if [[ -n $tag ]]; then
  sed "s/^\( *newTag:\).*/\1 \"$tag\"/" "kubernetes/overlays/$environment/kustomization.yaml" > "$overlay/kustomization.yaml"
fi
manifests=$work/manifests.yaml
"${kubectl[@]}" kustomize "$overlay" > "$manifests"
kubectl+=(--namespace "my-service-$environment")

if "$dry_run"; then
  if [[ -z $("${kubectl[@]}" get namespace "my-service-$environment" --ignore-not-found --output name) ]]; then
    echo "there is no my-service-$environment yet; new would be"
    "${kubectl[@]}" create --filename "$manifests" --dry-run=client --output name
  else
    # 1 says that there are differences.
    "${kubectl[@]}" diff --filename "$manifests" || (($? == 1))
  fi
  exit
fi

job=$(grep -o 'name: migrate-.*' "$manifests" | head -n 1)
job=job/${job#name: }
outcome_of_job() {
  "${kubectl[@]}" get "$job" --ignore-not-found --output 'jsonpath={.status.conditions[?(@.status=="True")].type}'
}
# One that has ended would neither run again nor let itself be changed; what it has applied is not applied twice.
outcome=$(outcome_of_job)
if [[ $outcome == *Complete* || $outcome == *Failed* ]]; then "${kubectl[@]}" delete "$job"; fi
# Everything but what runs the new version.
"${kubectl[@]}" apply --filename "$manifests" --selector 'app.kubernetes.io/component notin (api,worker,audit-retention)'
echo "waiting for $job"
# It has a deadline of its own, so this comes to an end.
while outcome=$(outcome_of_job) && [[ $outcome != *Complete* && $outcome != *Failed* ]]; do sleep 1; done
if [[ $outcome != *Complete* ]]; then
  "${kubectl[@]}" logs "$job" --all-containers --tail=50 >&2 || true
  fail "the migrations failed, and nothing of the new version was started"
fi

"${kubectl[@]}" apply --filename "$manifests"
failed=()
for deployment in "${deployments[@]}"; do
  "${kubectl[@]}" rollout status "deployment/$deployment" --timeout="${ROLLOUT_TIMEOUT:-10m}" || failed+=("$deployment")
done
if ((${#failed[@]})); then
  for deployment in "${deployments[@]}"; do
    "${kubectl[@]}" rollout undo "deployment/$deployment" || true
  done
  fail "did not get ready: ${failed[*]}; the version before it was put back"
fi
echo "my-service-$environment runs ${tag:-the version that its overlay names}"
