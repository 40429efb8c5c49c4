#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What compiling elman costs: user seconds and peak memory of README's first program and of three_nets.cpp, medians over
# rounds in which trees and compilers take turns, and their ratios to the first tree.
#
#   compile_cost.sh [--rounds N] [TREE…]      a TREE is a checkout, its path without blanks; none:
#                                             the one this script is in
#
#   COMPILERS   "g++ clang++" unless set; those that are not installed are left out
#   FLAGS       "-O2" unless set: "-O2 -DELMAN_EXTERN_KERNELS"
#   EIGEN       /usr/include/eigen3 unless set
#
# Both programs are those of this script's checkout, whatever the tree. Needs GNU time (Debian, Ubuntu: apt-get install
# time) and awk. Other work on the machine costs some 10 % of the seconds and nothing of the memory.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rounds=3
if [ "${1:-}" = --rounds ]; then
  rounds=$2
  shift 2
fi
[ $# -gt 0 ] || set -- "$here/../.."
time=$(type -P time) || { echo "compile_cost.sh: GNU time is not installed" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
awk '/^```/ { if (inside) exit; inside = $0 == "```cpp"; next } inside' "$here/../../README.md" > "$work/README.cpp"
cp "$here/three_nets.cpp" "$work"

compilers=()
for compiler in ${COMPILERS:-g++ clang++}; do
  if type -P "$compiler" > "$work/path"; then compilers+=("$compiler"); fi
done

for ((round = 0; round < rounds; ++round)); do
  for program in README three_nets; do
    for compiler in "${compilers[@]}"; do
      for tree in "$@"; do
        "$time" -a -o "$work/measured" -f "$program $compiler $tree %U %M" \
          "$compiler" -std=c++20 ${FLAGS:--O2} -I "$tree/include" -isystem "${EIGEN:-/usr/include/eigen3}" \
          -c "$work/$program.cpp" -o "$work/object"
      done
    done
  done
done

awk '
  function median(list, count,    k, l, swap) {
    for (k = 2; k <= count; ++k) {
      for (l = k; l > 1 && list[l - 1] > list[l]; --l) { swap = list[l]; list[l] = list[l - 1]; list[l - 1] = swap }
    }
    return (list[int((count + 1) / 2)] + list[int(count / 2) + 1]) / 2
  }
  {
    what = $1 " " $2
    if (!(what in trees)) order[++whats] = what
    if (!((what, $3) in count)) tree[what, ++trees[what]] = $3
    n = ++count[what, $3]
    seconds[what, $3, n] = $4
    kilobytes[what, $3, n] = $5
  }
  END {
    printf "%-10s %-10s %8s %6s %6s %6s  %s\n", "program", "compiler", "user s", "MB", "s/1st", "MB/1st", "tree"
    for (w = 1; w <= whats; ++w) {
      for (t = 1; t <= trees[order[w]]; ++t) {
        name = tree[order[w], t]
        n = count[order[w], name]
        for (k = 1; k <= n; ++k) { s[k] = seconds[order[w], name, k]; m[k] = kilobytes[order[w], name, k] }
        user = median(s, n)
        memory = median(m, n) / 1000
        if (t == 1) { first_user = user; first_memory = memory }
        split(order[w], part, " ")
        printf "%-10s %-10s %8.2f %6.0f %6.2f %6.2f  %s\n", part[1], part[2], user, memory, user / first_user,
               memory / first_memory, name
      }
    }
  }' "$work/measured"
