#!/usr/bin/env bash
# Opens or refreshes one pull request for each repository that "bulwark fleet update --push --json" has put on a branch.
set -euo pipefail
# A command that fails inside $(…) ends the script too.
shopt -s inherit_errexit

readonly TITLE='Update to the present templates of bulwark'
readonly CONFLICT_TITLE="$TITLE, with conflicts"
# The status on the pushed commit; a commit that resolves the conflicts does not have it.
readonly STATUS=bulwark/update

usage() {
  cat << EOF_USAGE
usage: scripts/fleet-pull-requests.sh REPORT [--dry-run]

  REPORT     what "bulwark fleet update --push --json" has printed
  --dry-run  asks GitHub what is there and says what would be done, and does nothing

Needs jq, and gh with a token that may write pull requests and commit statuses.
EOF_USAGE
}

say() { printf '%s\n' "$*" >&2; }

change() {
  if [ "$dry_run" = true ]; then say "would run: $*"; else "$@" > /dev/null; fi
}

# What the pull request tells: the files by what becomes of them.
body_of() {
  jq -r --arg bulwark "$bulwark" '
    def section($change; $title):
      [.files[]? | select(.change == $change) | "    " + .path]
      | if length == 0 then empty else "**\($title)**\n\n" + join("\n") + "\n" end;
    "bulwark \($bulwark) renders this repository anew, and merges it with what was changed here.\n",
    (if .conflicts > 0 then
      "> In \(.conflicts) of the files both sides have changed the same lines. They stand between markers on this branch: edit them, then run `npx create-bulwark@\($bulwark) resolve` and push.\n"
    else empty end),
    section("conflict"; "With conflicts"),
    section("create"; "New"),
    section("update"; "Changed"),
    section("delete"; "Deleted"),
    (if .updates > (.files | length) then "and \(.updates - (.files | length)) more\n" else empty end),
    "Close it, and nothing comes until there is another update. Commits that you add are kept."
  ' <<< "$1"
}

# $1: a row of the report. What fails ends this row alone, so each command says so by itself.
settle() {
  local row=$1 slug branch base commit outcome conflicts found pull number title state
  slug=$(jq -r .slug <<< "$row") || return 1
  branch=$(jq -r .branch.name <<< "$row") || return 1
  base=$(jq -r .branch.base <<< "$row") || return 1
  commit=$(jq -r .branch.commit <<< "$row") || return 1
  outcome=$(jq -r .branch.outcome <<< "$row") || return 1
  conflicts=$(jq -r .conflicts <<< "$row") || return 1
  found=$(gh pr list --repo "$slug" --head "$branch" --state all --limit 100 \
    --json number,state,isDraft,title,headRefOid,isCrossRepository) || return 1
  # A branch of this name in a fork is somebody else's.
  found=$(jq 'map(select(.isCrossRepository | not))' <<< "$found") || return 1
  pull=$(jq -c 'map(select(.state == "OPEN")) | first // empty' <<< "$found") || return 1

  title=$TITLE
  [ "$conflicts" -eq 0 ] || title=$CONFLICT_TITLE
  body_of "$row" > "$scratch/body.md" || return 1

  if [ -n "$pull" ]; then
    number=$(jq -r .number <<< "$pull") || return 1
    if [ "$outcome" = unchanged ]; then
      say "$slug: #$number is up to date"
      return 0
    fi
    change gh pr edit "$number" --repo "$slug" --base "$base" --title "$title" --body-file "$scratch/body.md" || return 1
    if [ "$conflicts" -gt 0 ] && [ "$(jq .isDraft <<< "$pull")" = false ]; then
      change gh pr ready "$number" --repo "$slug" --undo || return 1
    elif [ "$conflicts" -eq 0 ] && [ "$(jq -r .title <<< "$pull")" = "$CONFLICT_TITLE" ]; then
      # A draft for its conflicts, which are gone; one that somebody made a draft stays one.
      change gh pr ready "$number" --repo "$slug" || return 1
    fi
    say "$slug: refreshed #$number"
  elif jq -e --arg commit "$commit" 'any(.state == "CLOSED" and .headRefOid == $commit)' <<< "$found" > /dev/null; then
    say "$slug: this update was declined"
    return 0
  else
    local draft=()
    [ "$conflicts" -eq 0 ] || draft=(--draft)
    change gh pr create --repo "$slug" --head "$branch" --base "$base" --title "$title" \
      --body-file "$scratch/body.md" ${draft[@]+"${draft[@]}"} || return 1
    say "$slug: opened a pull request"
  fi

  state=success
  [ "$conflicts" -eq 0 ] || state=failure
  change gh api --method POST "repos/$slug/statuses/$commit" -f "state=$state" -f "context=$STATUS" \
    -f "description=$conflicts files with conflicts to resolve" || return 1
}

dry_run=false
report=''
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      usage
      exit 0
      ;;
    --dry-run) dry_run=true ;;
    *) report=$argument ;;
  esac
done
if [ -z "$report" ]; then
  usage >&2
  exit 2
fi
if ! jq -e '.repositories | type == "array"' "$report" > /dev/null; then
  say "error: $report is no report of a fleet"
  jq -r '.issues[]? | .message' "$report" >&2 || true
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bulwark=$(jq -r .bulwark "$report")
readonly scratch bulwark dry_run

failed=()
pushed=$(jq -c '.repositories[] | select(.slug and (.branch.outcome == "pushed" or .branch.outcome == "unchanged"))' "$report")
while read -r row; do
  [ -n "$row" ] || continue
  settle "$row" || failed+=("$(jq -r .name <<< "$row")")
done <<< "$pushed"

if [ "${#failed[@]}" -gt 0 ]; then
  say "error: no pull request for ${failed[*]}"
  exit 1
fi
