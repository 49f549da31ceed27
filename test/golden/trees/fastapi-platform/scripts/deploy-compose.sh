#!/usr/bin/env bash
# Brings the production stack of this machine to the version that .env names: the migrations first, then one replica
# after the other behind the proxy. Docker Compose itself replaces all of them at once.
set -euo pipefail

readonly SERVICES=(api)
compose=(docker compose -f docker-compose.yml -f docker-compose.prod.yml)

usage() {
  cat << 'END'
usage: scripts/deploy-compose.sh [--no-pull] [--dry-run]

--no-pull  the images are on this machine already
--dry-run  only say what would be done

HEALTH_SECONDS  how long a new replica may take until it is healthy (180)
DRAIN_SECONDS   how long both serve before the old one is told to end (6): the proxy looks for replicas every five seconds

exit codes: 0 every replica is new and every service healthy; 1 it failed, and what was not replaced serves on; 2 wrong usage;
3 another deployment is running
END
}

fail() {
  echo "deploy-compose: $*" >&2
  exit 1
}

pull=true
dry_run=false
while (($#)); do
  case $1 in
    --help | -h) usage && exit ;;
    --no-pull) pull=false && shift ;;
    --dry-run) dry_run=true && shift ;;
    *) usage >&2 && exit 2 ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The one that is not healthy yet; whatever ends this script, it does not stay.
fresh=
leave() {
  if [[ -n $fresh ]]; then docker rm --force --volumes "$fresh" > /dev/null; fi
}
trap leave EXIT
trap 'exit 1' INT TERM HUP

replicas_of() { # SERVICE [OPTION]
  "${compose[@]}" ps --quiet "${@:2}" "$1"
}

# Where the proxy looks for replicas.
network_of() { # CONTAINER
  local project
  project=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.project"}}' "$1")
  docker network ls --quiet --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.network=frontend
}

state_of() { # CONTAINER
  docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1"
}

wait_until_healthy() { # CONTAINER
  local deadline=$((SECONDS + ${HEALTH_SECONDS:-180})) state
  while ((SECONDS < deadline)); do
    state=$(state_of "$1") || return 1
    case $state in
      healthy) return ;;
      unhealthy | restarting | exited | dead) return 1 ;;
    esac
    sleep 1
  done
  return 1
}

replace_replicas() { # SERVICE
  local service=$1 old network known=()
  # One that has ended would be started again in place of a new one.
  "${compose[@]}" rm --force "$service"
  mapfile -t known < <(replicas_of "$service")
  for old in "${known[@]}"; do
    # None of those that serve is touched, although their version is not the one that is wanted.
    "${compose[@]}" up --no-start --no-deps --no-build --no-recreate --scale "$service=$((${#known[@]} + 1))" "$service"
    fresh=$(replicas_of "$service" --all | grep --invert-match --fixed-strings --line-regexp --file=<(printf '%s\n' "${known[@]}") || true)
    [[ -n $fresh ]] || fail "no new replica of $service was made; what served before serves on"
    # Docker's DNS names what runs, healthy or not: until it is, the proxy must not find it.
    network=$(network_of "$fresh")
    docker network disconnect "$network" "$fresh"
    docker start "$fresh" > /dev/null
    if ! wait_until_healthy "$fresh"; then
      docker logs --tail 50 "$fresh" >&2 || true
      fail "the new replica of $service is not healthy and was taken away; what served before serves on"
    fi
    docker network connect --alias "$service" "$network" "$fresh"
    # The proxy has found it by then. The old one finishes what it has begun, within the time that it is granted.
    sleep "${DRAIN_SECONDS:-6}"
    docker stop "$old" > /dev/null
    docker rm --volumes "$old" > /dev/null
    mapfile -t known < <(printf '%s\n' "${known[@]/$old/$fresh}")
    echo "$service: ${fresh:0:12} serves in the place of ${old:0:12}"
    fresh=
  done
}

# Released when this script ends, however it does.
exec 9< docker-compose.prod.yml
flock --nonblock 9 || {
  echo "deploy-compose: another deployment is running" >&2
  exit 3
}

"${compose[@]}" config --quiet
if "$dry_run"; then
  echo "would apply the migrations"
  for service in "${SERVICES[@]}"; do
    echo "would replace, one after the other, the $(replicas_of "$service" | wc -l) replicas of $service"
  done
  exit
fi
if "$pull"; then "${compose[@]}" pull --quiet; fi

if [[ -n $(replicas_of api) ]]; then
  # What serves has to do with the tables of both versions for a while.
  "${compose[@]}" run --rm --no-TTY --no-deps migrate || fail "the migrations failed; no replica was replaced"
  for service in "${SERVICES[@]}"; do replace_replicas "$service"; done
fi
# All else, and on a machine on which nothing runs yet, everything.
"${compose[@]}" up --detach --wait --no-build
