# shellcheck shell=bash
# Azure Container Instances: container groups for each colour, each colour a backend pool of one Application Gateway; its
# rule moves the traffic. Read by scripts/deploy-blue-green.sh.
#
#   AZURE_RESOURCE_GROUP    the resource group of the environment; in production my-service-production unless set
#   AZURE_SUBNET_ID         the subnet that is delegated to Microsoft.ContainerInstance/containerGroups
#   AZURE_GATEWAY           the Application Gateway, with the backend pools blue and green and a probe of /api/v3/health/ready
#   AZURE_GATEWAY_RULE      its rule for the public host; the hosts blue.<domain> and green.<domain> have rules of their own
#   AZURE_KEY_VAULT         the vault with the secrets, registry-username, registry-password and log-analytics-key
#   AZURE_LOG_WORKSPACE_ID  the Log Analytics workspace that the logs go to
#
# What the application does not have, such as migrations, has no file in deploy/azure-container-instances.

readonly SERVICE=deploy/azure-container-instances/container-group.yaml
readonly MIGRATIONS=deploy/azure-container-instances/migrate.yaml
readonly WORKERS=deploy/azure-container-instances/workers.yaml
readonly JOBS=deploy/azure-container-instances/jobs.yaml
readonly REPLICAS=2
readonly PRODUCTION_GROUP=my-service-production

prepare() {
  need_commands az jq
  need_variables AZURE_SUBNET_ID AZURE_GATEWAY AZURE_GATEWAY_RULE AZURE_KEY_VAULT AZURE_LOG_WORKSPACE_ID
  AZURE_RESOURCE_GROUP=${AZURE_RESOURCE_GROUP:-$PRODUCTION_GROUP}
  [[ $ENVIRONMENT == production || $AZURE_RESOURCE_GROUP != "$PRODUCTION_GROUP" ]] ||
    fail "AZURE_RESOURCE_GROUP is production's, $PRODUCTION_GROUP: $ENVIRONMENT has a group of its own"
  export AZURE_CORE_ONLY_SHOW_ERRORS=true AZURE_CORE_OUTPUT=json
}

# Hosts of their own in the same gateway, each with a listener that leads to its colour's pool.
address_of() { echo "https://$1.$DOMAIN"; }

live_colour() {
  local pool
  pool=$(az network application-gateway rule show --resource-group "$AZURE_RESOURCE_GROUP" --gateway-name "$AZURE_GATEWAY" \
    --name "$AZURE_GATEWAY_RULE" --query backendAddressPool.id --output tsv)
  pool=${pool##*/}
  [[ $pool == blue || $pool == green ]] || fail "the rule leads to neither the pool blue nor green: $pool"
  # Before the first deployment the rule leads to a pool that is empty.
  if has_colour "$pool"; then echo "$pool"; else echo none; fi
}

groups() {
  az container list --resource-group "$AZURE_RESOURCE_GROUP" --query '[].name' --output tsv
}

group_exists() { groups | grep --quiet --line-regexp --fixed-strings "$1"; }

has_colour() { group_exists "$APPLICATION-$1-1"; }

# A secret of the vault as a JSON string, which YAML reads too.
secret() { # NAME
  az keyvault secret show --vault-name "$AZURE_KEY_VAULT" --name "$1" --query value --output tsv |
    jq --raw-input --slurp 'rtrimstr("\n")'
}

# What is known only now, in the places that the files keep for it. Secrets go from the vault into a file that is deleted, and
# into no command line.
in_environment() { # FILE
  local text name values='' server key
  text=$(filled "$1" "$SOURCE_IMAGE")
  text=${text//'subnetIds: []'/"subnetIds: [{id: \"$AZURE_SUBNET_ID\"}]"}
  server=${SOURCE_IMAGE%%/*}
  [[ $server == *.* ]] || server=docker.io
  key=$(secret log-analytics-key)
  if ((DRY_RUN)); then
    printf '%s\n' "$text"
    return
  fi
  while IFS= read -r name; do
    values+="${values:+, }$name: $(secret_file "$name")"
  done < <(sed --quiet 's|^ *value: /run/secrets/||p' "$1" | sort --unique)
  text=${text//'secret: {}'/"secret: {$values}"}
  text=${text//'diagnostics: {}'/"diagnostics: {logAnalytics: {workspaceId: \"$AZURE_LOG_WORKSPACE_ID\", workspaceKey: $key}}"}
  text=${text//'imageRegistryCredentials: []'/"imageRegistryCredentials: [{server: \"$server\", username: $(secret registry-username), password: $(secret registry-password)}]"}
  with_environment_name <<< "$text"
}

# DATABASE_URL is database-url in the vault; the files of a volume are given in base64.
secret_file() { # VARIABLE
  local name=${1,,}
  secret "${name//_/-}" | jq '@base64'
}

# The line after the variable's name is its value.
with_environment_name() {
  local line is_next=no
  while IFS= read -r line; do
    [[ $is_next == no ]] || line=${line/value: */value: $ENVIRONMENT}
    [[ $line == *'- name: ENVIRONMENT' ]] && is_next=yes || is_next=no
    printf '%s\n' "$line"
  done
}

# A group cannot be changed while it is there: what has the name goes first.
make_group() { # NAME FILE
  remove_group "$1"
  change az container create --resource-group "$AZURE_RESOURCE_GROUP" --name "$1" --file "$2" --output none
}

remove_group() { # NAME
  ! group_exists "$1" || change az container delete --resource-group "$AZURE_RESOURCE_GROUP" --name "$1" --yes --output none
}

migrate() {
  [[ -f $MIGRATIONS ]] || return 0
  local name=$APPLICATION-migrate state end=$((SECONDS + 900))
  in_environment "$MIGRATIONS" > "$WORK/migrate.yaml"
  make_group "$name" "$WORK/migrate.yaml"
  ((!DRY_RUN)) || return 0
  while ((SECONDS < end)); do
    state=$(az container show --resource-group "$AZURE_RESOURCE_GROUP" --name "$name" \
      --query 'containers[0].instanceView.currentState' | jq --raw-output '"\(.state // "Waiting") \(.exitCode // "none")"')
    case $state in
      'Terminated 0')
        remove_group "$name"
        return 0
        ;;
      Terminated*) fail "the migrations ended with ${state#Terminated }: az container logs --resource-group $AZURE_RESOURCE_GROUP --name $name" ;;
    esac
    sleep "$HEALTH_INTERVAL"
  done
  fail 'the migrations did not end within 900 s'
}

start_colour() { # COLOUR
  local text name number address addresses=()
  text=$(in_environment "$SERVICE")
  for ((number = 1; number <= REPLICAS; number++)); do
    name=$APPLICATION-$1-$number
    printf '%s\n' "${text/"name: $APPLICATION"$'\n'/"name: $name"$'\n'}" > "$WORK/group.yaml"
    make_group "$name" "$WORK/group.yaml"
    if ((DRY_RUN)); then
      addresses+=("the-address-of-$name")
      continue
    fi
    address=$(az container show --resource-group "$AZURE_RESOURCE_GROUP" --name "$name" --query ipAddress.ip --output tsv)
    [[ -n $address ]] || fail "$name has no address"
    addresses+=("$address")
  done
  change az network application-gateway address-pool update --resource-group "$AZURE_RESOURCE_GROUP" \
    --gateway-name "$AZURE_GATEWAY" --name "$1" --servers "${addresses[@]}" --output none
}

stop_colour() { # COLOUR
  local name
  while IFS= read -r name; do
    [[ $name =~ ^"$APPLICATION-$1-"[0-9]+$ ]] || continue
    change az container delete --resource-group "$AZURE_RESOURCE_GROUP" --name "$name" --yes --output none
  done < <(groups)
}

switch_to() { # COLOUR
  change az network application-gateway rule update --resource-group "$AZURE_RESOURCE_GROUP" --gateway-name "$AZURE_GATEWAY" \
    --name "$AZURE_GATEWAY_RULE" --address-pool "$1" --output none
}

names_in() { sed --quiet 's/^name: //p' "$1"; } # FILE

# Makes a group of each document of a file.
make_groups() { # FILE SUFFIX
  local file name text prefix
  prefix=$(basename "$1" .yaml)
  in_environment "$1" > "$WORK/$prefix.yaml"
  csplit --quiet --prefix "$WORK/$prefix-" --suffix-format '%02d.yaml' "$WORK/$prefix.yaml" '/^---$/' '{*}'
  # What stands before the first document is a comment.
  rm "$WORK/$prefix-00.yaml"
  for file in "$WORK/$prefix"-*.yaml; do
    name=$(names_in "$file")
    text=$(< "$file")
    printf '%s\n' "${text/$'\n'"name: $name"$'\n'/$'\n'"name: $name$2"$'\n'}" > "$file"
    make_group "$name$2" "$file"
  done
}

start_workers() { # COLOUR
  [[ ! -f $WORKERS ]] || make_groups "$WORKERS" "-$1"
}

# A group that is stopped keeps its settings and can be started again.
each_worker() { # VERB COLOUR
  [[ -f $WORKERS ]] || return 0
  local name
  while IFS= read -r name; do
    if group_exists "$name-$2"; then
      change az container "$1" --resource-group "$AZURE_RESOURCE_GROUP" --name "$name-$2" --output none
    fi
  done < <(names_in "$WORKERS")
}
resume_workers() { each_worker start "$1"; }
stop_workers() { each_worker stop "$1"; }

update_jobs() {
  [[ ! -f $JOBS ]] || make_groups "$JOBS" ''
}
