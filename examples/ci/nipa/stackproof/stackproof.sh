#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A test of NIPA: copy the folder to tests/patch/. NIPA runs it in the tree, with the patch as HEAD, takes what is written to
# DESC_FD as the summary, and the exit status as the result: 0 success, 250 a warning, anything else a failure.
# STACKPROOF_OPTIONS: options of `stackproof check`. STACKPROOF_ABOUT: what a patch has in it that is checked, a regular expression.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/base" || exit 1
git format-patch -1 --stdout HEAD >"$work/patch" || exit 1
if ! grep -q -e "${STACKPROOF_ABOUT:-dynamic_stack}" "$work/patch"; then
  echo "not about dynamic kernel stacks" >&"$DESC_FD"
  exit 0
fi
# The files that the patch changes, as they were before.
git diff-tree -r -z --no-commit-id --name-only --diff-filter=MDT HEAD >"$work/names" || exit 1
if [ -s "$work/names" ]; then
  xargs -0 git archive HEAD~ -- <"$work/names" | tar -x -C "$work/base" -f - || exit 1
fi
# shellcheck disable=SC2086 # options are words
stackproof check "$work/patch" --base "$work/base" --format checkpatch \
  ${STACKPROOF_OPTIONS:---timeout 10m} >"$work/found"
status=$?
cat "$work/found"
case $status in
0)
  echo "nothing is violated" >&"$DESC_FD"
  exit 0
  ;;
3)
  head -n 5 "$work/found" >&"$DESC_FD"
  exit 250
  ;;
*)
  [ -s "$work/found" ] || echo "stackproof ended with status $status" >"$work/found"
  head -n 5 "$work/found" >&"$DESC_FD"
  exit 1
  ;;
esac
