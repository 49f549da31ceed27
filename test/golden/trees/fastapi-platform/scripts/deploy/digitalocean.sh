# shellcheck shell=bash
# DigitalOcean App Platform: it has no colours of its own to choose from. It starts the new containers beside the old ones, moves
# the traffic once they are healthy, and keeps the spec of each deployment, which is the way back.
# Read by scripts/deploy-blue-green.sh.
#
#   DO_APP_ID    the app of the environment, see `doctl apps list`
#   DO_REGISTRY  the name of the account's container registry
#   and, where they are new or have changed, the secrets by their own names

# Whose images the spec names as it stands in git.
readonly BRANCH=main

prepare() {
  need_commands doctl jq
  need_variables DO_APP_ID DO_REGISTRY
  # Where somebody deploys by hand, doctl knows the token from `doctl auth init`.
  [[ $ACTION != deploy ]] || need_commands docker
}

app() { doctl apps get "$DO_APP_ID" --output json | jq 'if type == "array" then .[0] else . end'; }

current_version() { app | jq --raw-output '.active_deployment.id // "none"'; }

# The newest deployment that was live and is not any more.
version_before() { # DEPLOYMENT
  doctl apps list-deployments "$DO_APP_ID" --output json |
    jq --raw-output --arg live "$1" 'map(select(.phase == "SUPERSEDED" and .id != $live)) | sort_by(.created_at) | last | .id // empty'
}

# App Platform pulls from the account's own registry without a password that somebody keeps.
copy_image() { # SUFFIX
  change docker buildx imagetools create --tag "registry.digitalocean.com/$DO_REGISTRY/$APPLICATION:$IMAGE_TAG$1" \
    "$SOURCE_IMAGE:$IMAGE_TAG$1"
}

# A secret comes from the environment of this script or stays what it was; the platform shows it encrypted only.
secret_value() { # NAME, as a JSON string
  if [[ -n ${!1:-} ]]; then
    jq --null-input --arg value "${!1}" '$value'
  else
    jq --arg name "$1" '[.envs[]? | select(.key == $name) | .value // empty][0] // empty' <<< "$KNOWN_SPEC"
  fi
}

# The spec as it is in git, for this version and environment, with the secrets in.
spec() {
  local line name='' pad value
  while IFS= read -r line; do
    case $line in
      *" tag: $BRANCH") line=${line%"$BRANCH"}$IMAGE_TAG ;;
      *" tag: $BRANCH-migrate") line=${line%"$BRANCH-migrate"}$IMAGE_TAG-migrate ;;
      *'- key: '*) name=${line#*key: } ;;
      *' value: '*) [[ $name != ENVIRONMENT ]] || line=${line%%value: *}"value: $ENVIRONMENT" ;;
    esac
    printf '%s\n' "$line"
    if [[ $line == *' type: SECRET' ]]; then
      pad=${line%%type: *}
      value=$(secret_value "$name")
      [[ -n $value ]] || fail "$name is not set, and the app does not know it yet"
      printf '%svalue: %s\n' "$pad" "$value"
    fi
  done < <(filled .do/app.yaml "$SOURCE_IMAGE")
}

roll_out() {
  KNOWN_SPEC=$(app | jq .spec)
  spec > "$WORK/app.yaml"
  # Before anything is touched: the platform judges the spec against the app.
  doctl apps propose --app "$DO_APP_ID" --spec "$WORK/app.yaml" > /dev/null
  copy_image ''
  if grep --quiet --fixed-strings "tag: $BRANCH-migrate" .do/app.yaml; then copy_image -migrate; fi
  update_app "$WORK/app.yaml"
}

# Waits until the new containers have the traffic; where they do not become healthy, the old ones keep it.
update_app() { # FILE
  local before after
  before=$(current_version)
  change doctl apps update "$DO_APP_ID" --spec "$1" --wait
  ((!DRY_RUN)) || return 0
  after=$(current_version)
  [[ $after != "$before" ]] || fail 'the deployment failed; the version before has kept the traffic'
}

# The spec of an earlier deployment names that version's images.
restore() { # DEPLOYMENT
  local before
  before=$(current_version)
  [[ $before != "$1" ]] || { say "$1 is live" && return; }
  doctl apps spec get "$DO_APP_ID" --deployment "$1" --format json > "$WORK/restored.json"
  update_app "$WORK/restored.json"
}
