# shellcheck shell=bash
# Google Cloud Run: a revision for each colour, known by its tag; the service's traffic moves from tag to tag.
# Read by scripts/deploy-blue-green.sh.
#
#   GCP_PROJECT  the project of the environment; in production my-service unless set
#   GCP_REGION   europe-west1 unless set
#   LOAD_BALANCER_ADDRESS  the load balancer's; it appends it to X-Forwarded-For, and the client stands before it
#
# What the application does not have, such as migrations, has no file in deploy/cloud-run.

readonly SERVICE=deploy/cloud-run/service.yaml
readonly MIGRATIONS=deploy/cloud-run/migrate.yaml
readonly WORKERS=deploy/cloud-run/workers.yaml
readonly JOBS=deploy/cloud-run/jobs.yaml
# What the files in git say, and what this environment has instead.
readonly PRODUCTION_PROJECT=my-service
readonly PRODUCTION_REGION=europe-west1
readonly DEPLOYED_IMAGE=europe-west1-docker.pkg.dev/my-service/upstream/my-service-team/my-service

prepare() {
  need_commands gcloud jq
  GCP_PROJECT=${GCP_PROJECT:-$PRODUCTION_PROJECT}
  GCP_REGION=${GCP_REGION:-$PRODUCTION_REGION}
  [[ $ENVIRONMENT == production || $GCP_PROJECT != "$PRODUCTION_PROJECT" ]] ||
    fail "GCP_PROJECT is production's, $PRODUCTION_PROJECT: $ENVIRONMENT has a project of its own"
  need_variables LOAD_BALANCER_ADDRESS
  export CLOUDSDK_CORE_PROJECT=$GCP_PROJECT CLOUDSDK_RUN_REGION=$GCP_REGION CLOUDSDK_CORE_DISABLE_PROMPTS=1
}

# The file as it is in git, for this version and environment.
in_environment() { # FILE
  local text
  text=$(filled "$1" "$DEPLOYED_IMAGE")
  text=${text//"$PRODUCTION_REGION-docker.pkg.dev/$PRODUCTION_PROJECT/"/"$GCP_REGION-docker.pkg.dev/$GCP_PROJECT/"}
  text=${text//"@$PRODUCTION_PROJECT.iam.gserviceaccount.com"/"@$GCP_PROJECT.iam.gserviceaccount.com"}
  text=${text//"namespace: $PRODUCTION_PROJECT"/"namespace: $GCP_PROJECT"}
  text=${text//"cloud.googleapis.com/location: $PRODUCTION_REGION"/"cloud.googleapis.com/location: $GCP_REGION"}
  with_own_values <<< "$text"
}

# The line after the variable's name is its value.
with_own_values() {
  local line before=
  while IFS= read -r line; do
    case $before in
      *'- name: ENVIRONMENT') line=${line/value: */value: $ENVIRONMENT} ;;
      *'- name: FORWARDED_ALLOW_IPS') line=${line%\"},$LOAD_BALANCER_ADDRESS\" ;;
    esac
    printf '%s\n' "$line"
    before=$line
  done
}

# The service's state; nothing while there is no service.
service() {
  local services
  services=$(gcloud run services list --filter="metadata.name=$APPLICATION" --format=json) || return
  jq --arg name "$APPLICATION" 'map(select(.metadata.name == $name))[0] // empty' <<< "$services"
}

live_colour() {
  local state
  state=$(service)
  [[ -n $state ]] || { echo none && return; }
  jq --raw-output '[.status.traffic[]? | select((.percent // 0) > 0) | .tag // empty] | map(select(. == "blue" or . == "green"))[0] // "none"' <<< "$state"
}

has_colour() { # COLOUR
  service | jq --exit-status --arg tag "$1" 'any(.status.traffic[]?; .tag == $tag)' > /dev/null
}

address_of() { # COLOUR
  if ((DRY_RUN)); then
    echo "https://$1---$APPLICATION"
    return
  fi
  service | jq --raw-output --arg tag "$1" '[.status.traffic[]? | select(.tag == $tag) | .url // empty][0] // error("the tag has no address")'
}

migrate() {
  [[ -f $MIGRATIONS ]] || return 0
  in_environment "$MIGRATIONS" > "$WORK/migrate.yaml"
  change gcloud run jobs replace "$WORK/migrate.yaml"
  change gcloud run jobs execute "$APPLICATION-migrate" --wait
}

# The new revision gets its tag and no traffic; the first one of all gets both, for there is nothing else.
start_colour() { # COLOUR
  local text revision traffic live
  revision=$APPLICATION-$1-$(date +%s)
  live=$(live_colour)
  if [[ $live == none ]]; then
    traffic="    - revisionName: $revision
      tag: $1
      percent: 100"
  else
    live=$(service | jq --raw-output --arg tag "$live" '[.status.traffic[] | select(.tag == $tag and (.percent // 0) > 0)][0] | "    - revisionName: \(.revisionName)\n      tag: \(.tag)\n      percent: 100"')
    traffic="$live
    - revisionName: $revision
      tag: $1
      percent: 0"
  fi
  text=$(in_environment "$SERVICE")
  text=${text/'  template:
    metadata:'/"  template:
    metadata:
      name: $revision"}
  text=${text/'    - latestRevision: true
      percent: 100'/"$traffic"}
  printf '%s\n' "$text" > "$WORK/service.yaml"
  change gcloud run services replace "$WORK/service.yaml"
}

# Without its tag and without traffic a revision has no instances, and so costs nothing.
stop_colour() { # COLOUR
  has_colour "$1" || return 0
  change gcloud run services update-traffic "$APPLICATION" --remove-tags "$1"
}

switch_to() { change gcloud run services update-traffic "$APPLICATION" --to-tags "$1=100"; }

names_in() { sed --quiet 's/^  name: //p' "$1"; } # FILE

# Writes each document of a file, filled, into one of its own; their names are the answer.
documents_of() { # FILE SUFFIX
  local name text prefix
  prefix=$(basename "$1" .yaml)
  text=$(in_environment "$1")
  while IFS= read -r name; do
    text=${text/$'\n'"  name: $name"$'\n'/$'\n'"  name: $name$2"$'\n'}
  done < <(names_in "$1")
  (cd "$WORK" && csplit --quiet --prefix "$prefix-" --suffix-format '%02d.yaml' - '/^---$/' '{*}') <<< "$text"
  # What stands before the first document is a comment.
  rm "$WORK/$prefix-00.yaml"
  printf '%s\n' "$WORK/$prefix"-*.yaml
}

# A pool for each worker and colour.
start_workers() { # COLOUR
  [[ -f $WORKERS ]] || return 0
  local files file
  files=$(documents_of "$WORKERS" "-$1")
  while IFS= read -r file; do change gcloud beta run worker-pools replace "$file"; done <<< "$files"
}

scale_workers() { # COLOUR COUNT
  [[ -f $WORKERS ]] || return 0
  local name pools
  pools=$(gcloud beta run worker-pools list --format='value(metadata.name)')
  while IFS= read -r name; do
    if grep --quiet --line-regexp --fixed-strings "$name-$1" <<< "$pools"; then
      change gcloud beta run worker-pools update "$name-$1" --scaling "$2"
    fi
  done < <(names_in "$WORKERS")
}
resume_workers() { scale_workers "$1" 1; }
stop_workers() { scale_workers "$1" 0; }

update_jobs() {
  [[ -f $JOBS ]] || return 0
  local files file
  files=$(documents_of "$JOBS" '')
  while IFS= read -r file; do change gcloud run jobs replace "$file"; done <<< "$files"
}
