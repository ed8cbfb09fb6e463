#!/bin/bash
# Restores portraits by every configuration of a list and compares them.
#   configs/table.sh LIST SPLIT COUNT FOLDER OPERATOR...
# LIST holds lines `name: options of sgilo solve`; the first is what the others are compared with.
# SPLIT is train, validation, tune or test. FOLDER takes images/, one measurement and one run per
# operator and line, and <operator>.txt with the means and the paired differences. Finished runs are
# kept, so that a stopped table goes on where it stopped. SGILO and MODEL name other programs and
# models than build/release/sgilo and models/portraits64.
set -euo pipefail
[ $# -ge 5 ] || { sed -n '3s/^# *//p' "$0" >&2; exit 2; }
list=$1 split=$2 count=$3 folder=$4
shift 4
sgilo=${SGILO:-build/release/sgilo} model=${MODEL:-models/portraits64}

mkdir -p "$folder"
[ -d "$folder/images" ] ||
  "$sgilo" data portraits -q --split "$split" --count "$count" -o "$folder/images"
images=("$folder"/images/*.png)
[ ${#images[@]} = "$count" ] || { echo "$folder/images holds ${#images[@]} images, not $count" >&2; exit 1; }
for operator in "$@"; do
  task=${operator//[:=,]/_}
  measurement=$folder/$task.safetensors
  [ -f "$measurement" ] ||
    "$sgilo" measure -q --operator "$operator" --noise gaussian:sigma=0.01 -o "$measurement" "$folder/images"
  runs=()
  while IFS=: read -r name options; do
    [ -n "$name" ] && [ "${name:0:1}" != "#" ] || continue
    run=$folder/$task/$name
    runs+=("$run")
    # shellcheck disable=SC2086  # options are words
    [ -d "$run" ] || {
      "$sgilo" solve -q "$measurement" --model "$model" -o "$run.unfinished" --force $options
      mv "$run.unfinished" "$run"
    }
  done <"$list"
  "$sgilo" compare -q "${runs[@]}" --reference "$folder/images" --model "$model" \
    -o "$folder/$task.csv" >"$folder/$task.txt"
  echo "$folder/$task.txt"
done
