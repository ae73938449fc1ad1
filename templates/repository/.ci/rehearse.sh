#!/usr/bin/env bash
# Rehearses the restore of every cluster as of commit $COMMIT, which is checked out here, and leaves a report for each:
# rehearsal-<cluster>.json. Needs no secret and no cluster. Exit code: that of the last rehearsal that did not pass.
set -euo pipefail

program=${RUNAI_DR:-runai-dr}
checkout=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The checkout may belong to another user than the one this runs as.
export GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global safe.directory '*'

# runai-dr works on a bare repository: here one whose branch of record is the commit in question.
git init --quiet --bare --initial-branch=main "$work/dr.git"
git -C "$work/dr.git" fetch --quiet "$checkout" "HEAD:refs/heads/main" "refs/tags/*:refs/tags/*"
if [ "$(git -C "$work/dr.git" rev-parse main)" != "$COMMIT" ]; then
  echo "Commit $COMMIT is not the one that is checked out." >&2
  exit 2
fi

status=0
for folder in clusters/*/; do
  cluster=$(basename "$folder")
  if ! [[ $cluster =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$ ]]; then
    echo "A folder of clusters/ is not named like a cluster: $(printf %q "$cluster")" >&2
    status=2
    continue
  fi

  printf 'cluster: "%s"\nrepository: dr.git\n' "$cluster" > "$work/runai-dr.yaml"
  code=0
  # shellcheck disable=SC2086 # the program may be several words
  (cd "$work" && $program rehearse "$COMMIT" --config runai-dr.yaml --output json) > "rehearsal-$cluster.json" || code=$?
  if [ "$code" = 0 ]; then
    echo "$cluster: the restore point can be restored"
  else
    echo "$cluster: the rehearsal did not pass, exit code $code; rehearsal-$cluster.json says why" >&2
    status=$code
  fi
done
exit "$status"
