#!/usr/bin/env bash
# Rolls a version out by the Helm chart: first the migrations, then the pods; when it does not come up, the release before it is put back.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/deploy-helm.sh [--context NAME] [--values FILE] [--dry-run] ENVIRONMENT [TAG]

ENVIRONMENT  staging or production: a file helm/my-service/values-ENVIRONMENT.yaml
TAG          the image's tag; without it the appVersion of the chart
--context    the cluster, by its context in the kubeconfig; without it the current one
--values     a file with more values, such as secrets that are in no repository
--dry-run    only show what would change in the cluster
END
}

fail() {
  echo "deploy-helm: $*" >&2
  exit 1
}

chart=helm/my-service
kubectl=(kubectl)
helm=(helm)
values=()
dry_run=false
words=()
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --context)
      kubectl+=(--context "${2:?--context needs a name}")
      helm+=(--kube-context "$2")
      shift 2
      ;;
    --values)
      # It is named from where one stands, and read from elsewhere.
      values+=(--values "$(realpath "${2:?--values needs a file}")")
      shift 2
      ;;
    --dry-run) dry_run=true && shift ;;
    -*) usage >&2 && exit 2 ;;
    *) words+=("$1") && shift ;;
  esac
done
((${#words[@]} == 1 || ${#words[@]} == 2)) || { usage >&2 && exit 2; }
environment=${words[0]} tag=${words[1]-}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $environment =~ ^[a-z0-9-]+$ && -f $chart/values-$environment.yaml ]] || fail "there is no $chart/values-$environment.yaml"
[[ $tag =~ ^([A-Za-z0-9_][A-Za-z0-9_.-]{0,100})?$ ]] || fail "the tag \"$tag\" is none that an image can have"
namespace=my-service-$environment
values=(--values "$chart/values-$environment.yaml" "${values[@]}")
if [[ -n $tag ]]; then values+=(--set-string "image.tag=$tag"); fi
# In charts/ lies what Chart.lock names, once it was fetched.
if ! compgen -G "$chart/charts/*" > /dev/null; then scripts/fetch-charts.sh >&2; fi

if "$dry_run"; then
  old=$(mktemp) new=$(mktemp)
  trap 'rm -f "$old" "$new"' EXIT
  "${helm[@]}" get manifest my-service --namespace "$namespace" > "$old" 2> /dev/null || echo "there is no release my-service in $namespace yet"
  "${helm[@]}" template my-service "$chart" --namespace "$namespace" --no-hooks "${values[@]}" > "$new"
  # 1 says that there are differences.
  diff --unified --ignore-blank-lines --label runs "$old" --label "would run" "$new" || (($? == 1))
  exit
fi

"${kubectl[@]}" apply --filename "helm/namespaces/$environment.yaml"
# --atomic waits until all is ready, and otherwise puts the release before back.
if ! "${helm[@]}" upgrade my-service "$chart" --install --namespace "$namespace" "${values[@]}" --atomic --timeout "${ROLLOUT_TIMEOUT:-15m}"; then
  "${kubectl[@]}" --namespace "$namespace" logs --selector app.kubernetes.io/component=migrate --tail=50 >&2 || true
  fail "the release did not come up; what ran before runs on"
fi
echo "$namespace runs ${tag:-the appVersion of the chart}"
