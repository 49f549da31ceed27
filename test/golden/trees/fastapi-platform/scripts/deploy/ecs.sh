# shellcheck shell=bash
# Amazon ECS: a service for each colour behind one rule of a load balancer; the rule's weights move the traffic.
# Read by scripts/deploy-blue-green.sh.
#
#   AWS_REGION                  where the cluster is; eu-central-1 unless set
#   ECS_CLUSTER_ARN             the cluster
#   ECS_SUBNETS                 private subnets of the tasks, with commas between
#   ECS_SECURITY_GROUP          the security group of the tasks; lets the load balancer in at port 8000
#   ECS_LISTENER_RULE_ARN       the rule that forwards the public host to the two target groups below
#   ECS_BLUE_TARGET_GROUP_ARN   target groups of type ip with the health check /api/v3/health/ready; the hosts blue.<domain> and
#   ECS_GREEN_TARGET_GROUP_ARN  green.<domain> lead to one each, by rules of their own
#   ECS_SCHEDULER_ROLE_ARN      what EventBridge Scheduler starts the jobs with, where there are any
#
# What the application does not have, such as migrations, has no file in deploy/ecs.

readonly SERVICE=deploy/ecs/task-definition.json
readonly MIGRATIONS=deploy/ecs/task-definition-migrate.json
readonly WORKERS=deploy/ecs/workers.json
readonly JOBS=deploy/ecs/jobs.json
readonly REPLICAS=2
readonly PRODUCTION_REGION=eu-central-1

prepare() {
  need_commands aws jq
  need_variables ECS_CLUSTER_ARN ECS_SUBNETS ECS_SECURITY_GROUP ECS_LISTENER_RULE_ARN ECS_BLUE_TARGET_GROUP_ARN \
    ECS_GREEN_TARGET_GROUP_ARN
  [[ ! -f $JOBS ]] || need_variables ECS_SCHEDULER_ROLE_ARN
  export AWS_REGION=${AWS_REGION:-$PRODUCTION_REGION} AWS_PAGER='' AWS_DEFAULT_OUTPUT=json
  # Version 1 of the command line reads the other name.
  export AWS_DEFAULT_REGION=$AWS_REGION
  NETWORK="awsvpcConfiguration={subnets=[$ECS_SUBNETS],securityGroups=[$ECS_SECURITY_GROUP],assignPublicIp=DISABLED}"
  readonly NETWORK
}

target_group_of() { [[ $1 == blue ]] && echo "$ECS_BLUE_TARGET_GROUP_ARN" || echo "$ECS_GREEN_TARGET_GROUP_ARN"; }

# Hosts of their own in the same load balancer, in rules before the one that is switched.
address_of() { echo "https://$1.$DOMAIN"; }

live_colour() {
  local groups live
  groups=$(aws elbv2 describe-rules --rule-arns "$ECS_LISTENER_RULE_ARN" \
    --query 'Rules[0].Actions[?ForwardConfig] | [0].ForwardConfig.TargetGroups')
  live=$(jq --raw-output '(. // []) | map(select((.Weight // 1) > 0)) | max_by(.Weight // 1).TargetGroupArn // "none"' <<< "$groups")
  case $live in
    "$ECS_BLUE_TARGET_GROUP_ARN") live=blue ;;
    "$ECS_GREEN_TARGET_GROUP_ARN") live=green ;;
    *) fail "the rule forwards to neither of the two target groups: $live" ;;
  esac
  # Before the first deployment the rule points to a group that nothing is in.
  if has_colour "$live"; then echo "$live"; else echo none; fi
}

running() { # SERVICE
  local count
  count=$(aws ecs describe-services --cluster "$ECS_CLUSTER_ARN" --services "$1" \
    --query "services[?status=='ACTIVE'] | [0].desiredCount || \`0\`") || return
  ((count > 0))
}

exists() { # SERVICE
  local status
  status=$(aws ecs describe-services --cluster "$ECS_CLUSTER_ARN" --services "$1" \
    --query 'services[0].status' --output text)
  [[ $status == ACTIVE ]]
}

has_colour() { running "$APPLICATION-$1"; }

# The definition as it is in git, for this version, environment and region.
in_environment() {
  jq --arg environment "$ENVIRONMENT" --arg region "$AWS_REGION" --arg secrets "/$APPLICATION/" '
    .containerDefinitions[] |= (
      (.environment[] | select(.name == "ENVIRONMENT")).value = $environment
      | .secrets[].valueFrom |= sub("^\($secrets)production/"; "\($secrets)\($environment)/")
      | .logConfiguration.options["awslogs-region"] = $region
    )
    | .tags += [{key: "environment", value: $environment}]'
}

# Answers with the ARN of the new revision.
register() { # JSON
  local file=$WORK/definition.json family
  printf '%s\n' "$1" > "$file"
  family=$(jq --raw-output .family "$file")
  if ((DRY_RUN)); then
    change aws ecs register-task-definition --cli-input-json "file://$file"
    echo "$family"
    return
  fi
  say "+ aws ecs register-task-definition ($family)"
  aws ecs register-task-definition --cli-input-json "file://$file" \
    --query taskDefinition.taskDefinitionArn --output text
}

# A service that is there gets the new revision; the first time it is made.
bring_service() { # SERVICE REVISION COUNT EXTRA...
  local service=$1 revision=$2 count=$3
  shift 3
  if exists "$service"; then
    change aws ecs update-service --cluster "$ECS_CLUSTER_ARN" --service "$service" --task-definition "$revision" \
      --desired-count "$count" --force-new-deployment > /dev/null
  else
    change aws ecs create-service --cluster "$ECS_CLUSTER_ARN" --service-name "$service" --task-definition "$revision" \
      --desired-count "$count" --launch-type FARGATE --platform-version LATEST --network-configuration "$NETWORK" \
      --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=false},minimumHealthyPercent=100,maximumPercent=200' \
      --propagate-tags SERVICE --enable-ecs-managed-tags --tags "key=application,value=$APPLICATION" "$@" > /dev/null
  fi
  change aws ecs wait services-stable --cluster "$ECS_CLUSTER_ARN" --services "$service"
}

scale() { # SERVICE COUNT
  exists "$1" || return 0
  change aws ecs update-service --cluster "$ECS_CLUSTER_ARN" --service "$1" --desired-count "$2" > /dev/null
}

migrate() {
  [[ -f $MIGRATIONS ]] || return 0
  local definition revision task answer code
  definition=$(filled "$MIGRATIONS" "$SOURCE_IMAGE" | in_environment)
  revision=$(register "$definition")
  if ((DRY_RUN)); then
    change aws ecs run-task --cluster "$ECS_CLUSTER_ARN" --task-definition "$revision" --network-configuration "$NETWORK"
    return
  fi
  say '+ aws ecs run-task (migrations)'
  task=$(aws ecs run-task --cluster "$ECS_CLUSTER_ARN" --task-definition "$revision" --launch-type FARGATE \
    --network-configuration "$NETWORK" --started-by deploy-blue-green --query 'tasks[0].taskArn' --output text)
  [[ $task == arn:* ]] || fail 'the task of the migrations was not started'
  aws ecs wait tasks-stopped --cluster "$ECS_CLUSTER_ARN" --tasks "$task"
  answer=$(aws ecs describe-tasks --cluster "$ECS_CLUSTER_ARN" --tasks "$task")
  code=$(jq --raw-output '.tasks[0].containers[0].exitCode // "none"' <<< "$answer")
  [[ $code == 0 ]] || fail "the migrations ended with $code: $(jq --raw-output '.tasks[0].stoppedReason // ""' <<< "$answer")"
}

start_colour() { # COLOUR
  local definition revision
  definition=$(filled "$SERVICE" "$SOURCE_IMAGE" | in_environment)
  revision=$(register "$definition")
  bring_service "$APPLICATION-$1" "$revision" "$REPLICAS" \
    --load-balancers "targetGroupArn=$(target_group_of "$1"),containerName=api,containerPort=$APPLICATION_PORT" \
    --health-check-grace-period-seconds 60
}

stop_colour() { scale "$APPLICATION-$1" 0; }

switch_to() { # COLOUR
  change aws elbv2 modify-rule --rule-arn "$ECS_LISTENER_RULE_ARN" --actions "$(forward_to "$1")" > /dev/null
}

forward_to() { # COLOUR
  jq --null-input --compact-output --arg all "$(target_group_of "$1")" --arg none "$(target_group_of "$(other "$1")")" '
    [{Type: "forward", ForwardConfig: {TargetGroups: [
      {TargetGroupArn: $all, Weight: 100},
      {TargetGroupArn: $none, Weight: 0}
    ]}}]'
}

start_workers() { # COLOUR
  [[ -f $WORKERS ]] || return 0
  local definition revision family
  while IFS= read -r definition; do
    family=$(jq --raw-output .family <<< "$definition")
    definition=$(in_environment <<< "$definition")
    revision=$(register "$definition")
    bring_service "$family-$1" "$revision" 1
  done < <(filled "$WORKERS" "$SOURCE_IMAGE" | jq --compact-output '.[]')
}

scale_workers() { # COLOUR COUNT
  [[ -f $WORKERS ]] || return 0
  local family
  while IFS= read -r family; do scale "$family-$1" "$2"; done < <(jq --raw-output '.[].family' "$WORKERS")
}
resume_workers() { scale_workers "$1" 1; }
stop_workers() { scale_workers "$1" 0; }

update_jobs() {
  [[ -f $JOBS ]] || return 0
  local job definition revision name target known
  while IFS= read -r job; do
    definition=$(jq .taskDefinition <<< "$job" | in_environment)
    name=$(jq --raw-output .taskDefinition.family <<< "$job")
    revision=$(register "$definition")
    target=$(jq --null-input --compact-output --arg cluster "$ECS_CLUSTER_ARN" --arg role "$ECS_SCHEDULER_ROLE_ARN" \
      --arg revision "$revision" --arg subnets "$ECS_SUBNETS" --arg group "$ECS_SECURITY_GROUP" '
      {Arn: $cluster, RoleArn: $role, EcsParameters: {TaskDefinitionArn: $revision, LaunchType: "FARGATE",
        NetworkConfiguration: {awsvpcConfiguration: {Subnets: ($subnets | split(",")), SecurityGroups: [$group],
        AssignPublicIp: "DISABLED"}}}}')
    known=$(aws scheduler list-schedules --name-prefix "$name" --query "Schedules[?Name=='$name'] | length(@)")
    if ((known > 0)); then known=update-schedule; else known=create-schedule; fi
    change aws scheduler "$known" --name "$name" --schedule-expression "$(jq --raw-output .schedule <<< "$job")" \
      --schedule-expression-timezone UTC --flexible-time-window Mode=OFF --target "$target" > /dev/null
  done < <(filled "$JOBS" "$SOURCE_IMAGE" | jq --compact-output '.[]')
}
