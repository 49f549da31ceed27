#!/usr/bin/env bash
# Fetches the charts that Chart.lock names: helm neither lints nor renders without them, even where all are switched off.
set -euo pipefail

usage() {
  cat << 'END'
usage: scripts/fetch-charts.sh

Puts the charts of others into helm/my-service/charts.
END
}

case ${1-} in
  '') ;;
  --help | -h) usage && exit ;;
  *) usage >&2 && exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# `helm dependency build` takes charts only from repositories that it knows by name.
helm repo add --force-update postgresql https://cloudnative-pg.github.io/charts
helm repo add --force-update redis https://valkey.io/valkey-helm/
helm repo add --force-update monitoring https://prometheus-community.github.io/helm-charts
helm dependency build helm/my-service
