#!/usr/bin/env bash
# Brings a version up beside the one that is live, moves the traffic to it once it is healthy, and back by itself when
# anything fails or somebody interrupts. What differs between the platforms is in scripts/deploy/.
set -euo pipefail
# A command that fails inside $(…) ends the script too.
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Exported, for the file of the target reads them too.
export APPLICATION=my-service SOURCE_IMAGE=ghcr.io/my-service-team/my-service APPLICATION_PORT=8000
readonly PRODUCTION_DOMAIN=my-service.example.com
readonly READY_PATH=/api/v3/health/ready
readonly COLOURS=(blue green)

# How long is waited, in seconds; each can be set from outside.
HEALTHY_IN_A_ROW=${HEALTHY_IN_A_ROW:-5}
HEALTH_SECONDS=${HEALTH_SECONDS:-300}
HEALTH_INTERVAL=${HEALTH_INTERVAL:-3}
WATCH_SECONDS=${WATCH_SECONDS:-120}

usage() {
  cat << EOF
usage: scripts/deploy-blue-green.sh TARGET ENVIRONMENT IMAGE_TAG [--dry-run]
       scripts/deploy-blue-green.sh rollback TARGET ENVIRONMENT [--dry-run]
       scripts/deploy-blue-green.sh retire TARGET ENVIRONMENT [--dry-run]
       scripts/deploy-blue-green.sh status TARGET ENVIRONMENT

  TARGET       one of: $(targets)
  ENVIRONMENT  staging or production
  IMAGE_TAG    a tag that continuous integration has published, such as sha-<commit>

  rollback     gives the traffic back to the version before, which still runs
  retire       ends the version before; from then on there is nothing to go back to
  status       says what gets the traffic
  --dry-run    reads what is there and says what would be changed, and changes nothing

Settings: DOMAIN (where it is reached; $PRODUCTION_DOMAIN, in staging staging.$PRODUCTION_DOMAIN),
HEALTHY_IN_A_ROW=$HEALTHY_IN_A_ROW, HEALTH_SECONDS=$HEALTH_SECONDS, HEALTH_INTERVAL=$HEALTH_INTERVAL, WATCH_SECONDS=$WATCH_SECONDS,
and those of the target, which it names when they are missing.
EOF
}

# Whatever has a file in scripts/deploy/ can be deployed to.
targets() {
  local file names=()
  for file in scripts/deploy/*.sh; do
    file=${file##*/}
    names+=("${file%.sh}")
  done
  echo "${names[*]}"
}

# On stderr, for functions answer on stdout.
say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

wrong_usage() {
  printf 'deploy-blue-green.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

# Everything that changes something goes through here: it is said, and in a dry run only said.
change() {
  say "+ $*"
  ((DRY_RUN)) || "$@"
}

need_commands() {
  local command
  for command in "$@"; do
    command -v "$command" > /dev/null || fail "$command is not installed"
  done
}

need_variables() {
  local name missing=()
  for name in "$@"; do
    [[ -n ${!name:-} ]] || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || fail "not set: ${missing[*]}; scripts/deploy/$TARGET.sh says what each is"
}

# A file of the target for this version and environment: in git it names the image of the main branch. The texts are taken as
# they are, never as patterns.
filled() { # FILE IMAGE
  local text
  text=$(< "$1")
  text=${text//"$2:main"/"$2:$IMAGE_TAG"}
  text=${text//"$PRODUCTION_DOMAIN"/"$DOMAIN"}
  printf '%s\n' "$text"
}

other() { [[ $1 == "${COLOURS[0]}" ]] && echo "${COLOURS[1]}" || echo "${COLOURS[0]}"; }

# 200 from the ready path: it has its database and everything else that it needs.
is_ready() { # URL
  local status
  status=$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$1$READY_PATH") || return 1
  [[ $status == 200 ]]
}

# Nothing gets traffic that has not answered several times in a row.
pass_health_gate() { # URL
  local end=$((SECONDS + HEALTH_SECONDS)) in_a_row=0
  say "waiting for $HEALTHY_IN_A_ROW good answers in a row of $1$READY_PATH"
  ((!DRY_RUN)) || return 0
  while :; do
    if is_ready "$1"; then
      in_a_row=$((in_a_row + 1))
      ((in_a_row < HEALTHY_IN_A_ROW)) || return 0
    else
      in_a_row=0
    fi
    ((SECONDS < end)) || break
    sleep "$HEALTH_INTERVAL"
  done
  say "$1$READY_PATH was not healthy within $HEALTH_SECONDS s"
  return 1
}

# One bad answer is the network's; three in a row are the version's.
watch_public_address() { # URL
  local end=$((SECONDS + WATCH_SECONDS)) bad_in_a_row=0
  say "watching $1$READY_PATH for $WATCH_SECONDS s"
  ((!DRY_RUN)) || return 0
  while :; do
    if is_ready "$1"; then
      bad_in_a_row=0
    else
      bad_in_a_row=$((bad_in_a_row + 1))
      ((bad_in_a_row < 3)) || break
    fi
    ((SECONDS < end)) || break
    sleep "$HEALTH_INTERVAL"
  done
  ((bad_in_a_row > 0)) || return 0
  say "$1$READY_PATH has failed $bad_in_a_row times in a row"
  return 1
}

# How far a deployment has come, and so what has to be taken back.
PHASE=unchanged
LIVE=none
NEXT=none

# Goes on where a step fails: what can be put right is put right.
take_back() {
  local failed=0
  case $PHASE in
    unchanged) say 'nothing was changed' ;;
    beside)
      say "the traffic was never moved; $NEXT is taken down"
      stop_workers "$NEXT" || failed=1
      stop_colour "$NEXT" || failed=1
      ;;
    switched)
      if [[ $LIVE == none ]]; then
        say "there was no version before $NEXT: it stays as it is"
        return 1
      fi
      say "the traffic goes back to $LIVE"
      resume_workers "$LIVE" || failed=1
      # While the traffic may still be with it, it is not taken down.
      switch_to "$LIVE" || return 1
      stop_workers "$NEXT" || failed=1
      if [[ $KEEP_ON_FAILURE == no ]]; then stop_colour "$NEXT" || failed=1; fi
      ;;
    rolled-out)
      if [[ $LIVE == none ]]; then
        say 'there was no version before: the new one stays as it is'
        return 1
      fi
      say "the version before is rolled out again: $LIVE"
      restore "$LIVE" || failed=1
      ;;
  esac
  return "$failed"
}

KEEP_ON_FAILURE=no

finish() {
  local status=$?
  # The way back is not to be interrupted.
  trap '' INT TERM
  trap - EXIT
  if ((status != 0)) && [[ $PHASE != finished ]]; then
    take_back || say 'taking it back has failed too: a person has to look at it, see the runbook for rolling back'
  fi
  rm -rf "$WORK"
  exit "$status"
}

# Two versions side by side, each in a colour; the traffic moves from one to the other.
deploy_beside() {
  LIVE=$(live_colour)
  if [[ $LIVE == none ]]; then NEXT=${COLOURS[0]}; else NEXT=$(other "$LIVE"); fi
  say "$LIVE is live; $IMAGE_TAG becomes $NEXT"
  migrate
  PHASE=beside
  start_colour "$NEXT"
  pass_health_gate "$(address_of "$NEXT")"
  start_workers "$NEXT"
  PHASE=switched
  switch_to "$NEXT"
  watch_public_address "https://$DOMAIN"
  [[ $LIVE == none ]] || stop_workers "$LIVE"
  update_jobs
  PHASE=finished
  say "$IMAGE_TAG is live in $NEXT; $LIVE still runs and can have the traffic back: scripts/deploy-blue-green.sh rollback $TARGET $ENVIRONMENT"
}

go_back_to_other_colour() {
  LIVE=$(live_colour)
  [[ $LIVE != none ]] || fail 'nothing is live'
  NEXT=$(other "$LIVE")
  has_colour "$NEXT" || fail "$NEXT does not run any more: deploy the version that you want by its tag"
  # What is live was good until now and is not taken down whatever happens.
  KEEP_ON_FAILURE=yes
  pass_health_gate "$(address_of "$NEXT")"
  PHASE=switched
  resume_workers "$NEXT"
  switch_to "$NEXT"
  watch_public_address "https://$DOMAIN"
  stop_workers "$LIVE"
  PHASE=finished
  say "$NEXT is live again, and $LIVE still runs"
}

# The platform replaces the containers by itself, each once its successor is healthy.
deploy_rolling() {
  LIVE=$(current_version)
  say "$LIVE is live; $IMAGE_TAG is rolled out"
  PHASE=rolled-out
  roll_out
  watch_public_address "https://$DOMAIN"
  PHASE=finished
  say "$IMAGE_TAG is live"
}

go_back_rolling() {
  local before
  LIVE=$(current_version)
  before=$(version_before "$LIVE")
  [[ -n $before ]] || fail 'there is no version before'
  PHASE=rolled-out
  restore "$before"
  watch_public_address "https://$DOMAIN"
  PHASE=finished
  say "$before is live again"
}

# Whether the platform moves the traffic by itself.
is_rolling() { declare -F roll_out > /dev/null; }

ACTION=deploy
DRY_RUN=0
WORDS=()
for argument in "$@"; do
  case $argument in
    --help | -h)
      usage
      exit
      ;;
    --dry-run) DRY_RUN=1 ;;
    -*) wrong_usage "unknown option $argument" ;;
    *) WORDS+=("$argument") ;;
  esac
done
case ${WORDS[0]:-} in
  rollback | retire | status)
    ACTION=${WORDS[0]}
    WORDS=("${WORDS[@]:1}")
    ;;
esac
if [[ $ACTION == deploy ]]; then
  ((${#WORDS[@]} == 3)) || wrong_usage 'give TARGET, ENVIRONMENT and IMAGE_TAG'
else
  ((${#WORDS[@]} == 2)) || wrong_usage "give $ACTION, TARGET and ENVIRONMENT"
fi
readonly ACTION DRY_RUN TARGET=${WORDS[0]} ENVIRONMENT=${WORDS[1]} IMAGE_TAG=${WORDS[2]:-none}
[[ " $(targets) " == *" $TARGET "* ]] || wrong_usage "unknown target $TARGET"
[[ $ENVIRONMENT == staging || $ENVIRONMENT == production ]] || wrong_usage "unknown environment $ENVIRONMENT"
# https://github.com/distribution/reference: what a tag may hold, and nothing that a shell or a query would read.
[[ $IMAGE_TAG =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,110}$ ]] || wrong_usage "$IMAGE_TAG is no tag of an image"
if [[ $ENVIRONMENT == production ]]; then
  DOMAIN=${DOMAIN:-$PRODUCTION_DOMAIN}
else
  DOMAIN=${DOMAIN:-staging.$PRODUCTION_DOMAIN}
fi
readonly DOMAIN

# shellcheck source=/dev/null
source "scripts/deploy/$TARGET.sh"
need_commands curl
prepare

# Only the owner may read it: some targets fill secrets in.
WORK=$(umask 077 && mktemp -d)
readonly WORK
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

case $ACTION in
  deploy) if is_rolling; then deploy_rolling; else deploy_beside; fi ;;
  rollback) if is_rolling; then go_back_rolling; else go_back_to_other_colour; fi ;;
  status) if is_rolling; then current_version; else live_colour; fi ;;
  retire)
    ! is_rolling || fail "$TARGET keeps nothing that could be retired"
    LIVE=$(live_colour)
    [[ $LIVE != none ]] || fail 'nothing is live'
    stop_workers "$(other "$LIVE")"
    stop_colour "$(other "$LIVE")"
    ;;
esac
