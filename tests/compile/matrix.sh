#!/bin/bash
# SPDX-License-Identifier: MIT
#
# elman with each compiler, standard library and dialect that is there: what cannot be found is said and left out.
#
#   tests/compile/matrix.sh short     parses libraries/everything.cpp, all headers with a net, a training and files, with
#                                     clang's own library of each version
#   tests/compile/matrix.sh           runs it too, with each compiler, library, dialect and set of flags, then the core of
#                                     the suite; half an hour on one core
#   EIGEN=dir   another Eigen than /usr/include/eigen3         ROOT=dir   packages unpacked with dpkg -x, looked in first
#
# Debian 12 has the packages clang-13 to clang-16 and clang-19, libc++-13-dev to libc++-16-dev and libc++-19-dev, and
# g++-mingw-w64-x86-64-posix. Ends with 1 if anything did not hold, or if nothing was there to be tried.
set -u
cd "$(dirname "$0")/../.."
kind=${1:-long}
eigen=${EIGEN:-/usr/include/eigen3}
root=${ROOT:-}
source=tests/compile/libraries/everything.cpp
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
common=(-std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror -I include -isystem "$eigen")
tried=0 failed=0

# row NAME COMMAND...: a line of the table.
row() {
  local name=$1 begin=$SECONDS
  shift
  tried=$((tried + 1))
  if "$@" > "$scratch/log" 2>&1; then
    printf '| %-58s | holds | %4d s |\n' "$name" $((SECONDS - begin))
  else
    failed=$((failed + 1))
    printf '| %-58s | FAILS | %4d s |\n' "$name" $((SECONDS - begin))
    grep -E -m 5 'error|not so|FAILED|undefined' "$scratch/log" || tail -n 5 "$scratch/log"
  fi
}
# runs COMMAND...: compiles everything.cpp with a command, and runs it in a folder of its own; passes COMMAND...: tests.
runs() {
  rm -rf "$scratch/run" && mkdir "$scratch/run" && "$@" -o "$scratch/program" && "$scratch/program" "$scratch/run"
}
passes() { "$@" -o "$scratch/program" && "$scratch/program" --warn NoAssertions; }
first_of() {  # the newest of some commands
  local name
  for name in "$@"; do command -v "$name" && return; done
  return 1
}
headers_of_libcxx() {  # those of a version, wherever they were unpacked
  local folder
  for folder in "$root/usr/lib/llvm-$1/include/c++/v1" "/usr/lib/llvm-$1/include/c++/v1"; do
    [ -e "$folder/__config" ] && echo "$folder" && return
  done
  return 1
}

for version in 13 14 15 16 19; do
  headers=$(headers_of_libcxx $version) || { echo "libc++ $version is not there"; continue; }
  case $version in  # a library is made for its own compiler and the next
    13 | 14) clang=$(first_of "clang++-$version" clang++-14 clang++) ;;
    *) clang=$(first_of "clang++-$version") ;;
  esac || { echo "clang $version is not there"; continue; }
  row "libc++ $version, $(basename "$clang"), parsed" \
    "$clang" "${common[@]}" -fsyntax-only -nostdinc++ -isystem "$headers" $source
done

if [ "$kind" = long ]; then
  gcc=$(first_of g++-15 g++-14 g++-13) || gcc=
  newest=$(first_of clang++-20 clang++-19 clang++-16 clang++-15) || newest=
  for compiler in g++-12 "$gcc" clang++-14 "$newest"; do
    command -v "$compiler" > /dev/null || { echo "${compiler:-another compiler} is not there"; continue; }
    for flags in -O1 "-O2 -ffast-math" "-O1 -std=c++23" "-O1 -DELMAN_NO_KERNELS" "-O1 -DELMAN_NO_DISPATCH -march=native"; do
      dialect=${flags/c++23/c++2b}
      # shellcheck disable=SC2086
      row "$(basename "$compiler") $flags" runs "$compiler" "${common[@]}" $dialect $source
    done
    row "$(basename "$compiler") -fno-exceptions, the core" \
      "$compiler" "${common[@]}" -fno-exceptions -fno-rtti -fsyntax-only tests/compile/consumer/train.cpp
    row "$(basename "$compiler"), the core of the suite" \
      passes "$compiler" "${common[@]}" -Wno-error -O1 -I tests tests/support/main.cpp tests/laws/law_core.test.cpp \
      tests/unit/kernels/vector_math.test.cpp tests/unit/check.test.cpp
  done
  mingw=$(first_of "$root/usr/bin/x86_64-w64-mingw32-g++-posix" x86_64-w64-mingw32-g++-posix) || mingw=
  if [ -n "$mingw" ]; then  # which has no folder of its own for what is no library of the system
    mkdir "$scratch/json" && ln -s /usr/include/nlohmann "$scratch/json/nlohmann"
    for flags in -O2 "-Og -g" "-O0 -g -Wa,-mbig-obj"; do
      # shellcheck disable=SC2086
      row "MinGW $flags, assembled" "$mingw" "${common[@]}" -isystem "$scratch/json" $flags -c $source -o "$scratch/object"
    done
  else
    echo "MinGW is not there"
  fi
fi
echo "$tried tried, $failed failed"
[ "$tried" -gt 0 ] && [ "$failed" = 0 ]
