#!/usr/bin/env bash
# Writes the secrets that the monitoring of the production stack reads from files.
set -euo pipefail

readonly FOLDER=monitoring/secrets
readonly NOBODY=https://receiver-is-not-set.invalid/

usage() {
  cat << 'END'
Usage: [NAME=value ...] scripts/make_monitoring_secrets.sh [--help] [--dry-run] [--without-receivers]

Writes each secret into a file of its own in monitoring/secrets. Files that are there are left as they are.
  metrics_token: METRICS_TOKEN of .env
  slack_webhook_url: given as SLACK_WEBHOOK_URL, as the receiver's own page tells it
  smtp_password: given as SMTP_PASSWORD, as the receiver's own page tells it
  pagerduty_routing_key: given as PAGERDUTY_ROUTING_KEY, as the receiver's own page tells it
  grafana_admin_password: made at random, for the user admin of Grafana
With --without-receivers those that are not given are written with a value by which nobody is told: for trying out.
It gives way to the first that is given.
END
}

dry_run=false
without_receivers=false
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      usage
      exit
      ;;
    --dry-run) dry_run=true ;;
    --without-receivers) without_receivers=true ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# NAME VALUE
write() {
  local file=$FOLDER/$1
  if [[ -e $file ]]; then
    echo "$file exists and was left as it is"
  elif "$dry_run"; then
    echo "would write $file"
  else
    # The folder keeps others of this machine out. The files themselves are readable, for each container runs as a
    # user of its own, who gets each of them mounted by itself.
    mkdir -p "$FOLDER"
    chmod 0700 "$FOLDER"
    printf '%s' "$2" > "$file"
    chmod 0644 "$file"
    echo "wrote $file"
  fi
}

# NAME VARIABLE
write_given() {
  local value=${!2:-} file=$FOLDER/$1
  if [[ -n $value && -e $file && $(< "$file") = "$NOBODY" ]]; then
    if "$dry_run"; then
      echo "would write $file"
      return
    fi
    rm "$file"
  fi
  if [[ -z $value && ! -e $file ]]; then
    if ! "$without_receivers"; then
      echo "$2 is not set: its value goes into $file" >&2
      exit 1
    fi
    value=$NOBODY
  fi
  write "$1" "$value"
}

if [[ ! -e $FOLDER/metrics_token ]]; then
  token=$(sed -n 's/^METRICS_TOKEN=//p' .env)
  if [[ -z $token ]]; then
    echo "METRICS_TOKEN is not set in .env: \`openssl rand -hex 32\` makes one" >&2
    exit 1
  fi
  write metrics_token "$token"
fi
write_given slack_webhook_url SLACK_WEBHOOK_URL
write_given smtp_password SMTP_PASSWORD
write_given pagerduty_routing_key PAGERDUTY_ROUTING_KEY
write grafana_admin_password "$(openssl rand -hex 16)"
