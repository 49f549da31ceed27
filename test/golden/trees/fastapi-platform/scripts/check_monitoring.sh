#!/usr/bin/env bash
# Judges the configuration of Prometheus and Alertmanager, and runs the tests of the rules.
set -euo pipefail

usage() {
  cat << 'END'
Usage: scripts/check_monitoring.sh [--help]

Checks monitoring/prometheus and monitoring/alertmanager by promtool and amtool, and runs the tests of the rules.
A tool that is not installed runs in its image, for which Docker is needed.
END
}

case "${1:-}" in
  "") ;;
  -h | --help)
    usage
    exit
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../monitoring"

# IMAGE TOOL ARGUMENT...
run() {
  local image=$1 tool=$2
  shift 2
  if command -v "$tool" > /dev/null; then
    "$tool" "$@"
  else
    docker run --rm --network none --read-only --cap-drop ALL --volume "$PWD:/monitoring:ro" --workdir /monitoring \
      --entrypoint "/bin/$tool" "$image" "$@"
  fi
}

readonly PROMETHEUS=prom/prometheus:v3.15.0
readonly ALERTMANAGER=prom/alertmanager:v0.34.2

# The syntax alone: the files that it names are in the containers.
run "$PROMETHEUS" promtool check config --syntax-only prometheus/prometheus.yml
run "$PROMETHEUS" promtool check rules prometheus/alerts/*.yml
run "$PROMETHEUS" promtool test rules prometheus/tests/*.yml
run "$ALERTMANAGER" amtool check-config alertmanager/alertmanager.yml
for severity in critical warning; do
  run "$ALERTMANAGER" amtool config routes test --config.file=alertmanager/alertmanager.yml \
    --verify.receivers="$severity" severity="$severity" alertname=ServiceDown
done
