#!/usr/bin/env bash
# Does everything from nothing, on a bare Debian 12 too.
#   ./do demo [OPTION...]     restores two damaged portraits and draws demo/ (options of `sgilo demo`)
#   ./do test [OPTION...]     builds everything and runs all tests (options of ctest)
#   ./do unit                 the unit tests alone
#   ./do build                builds the command build/release/sgilo
#   ./do bench [OPTION...]    runs the benchmarks (options of Google Benchmark)
#   ./do sanitize [MODULE...] the unit tests (of these modules) under the address and undefined-behaviour sanitizers (clang, PyTorch)
#   ./do races [MODULE...]    those of the modules that compute in threads under the thread sanitizer
#   ./do fuzz [SECONDS [TARGET...]]  the fuzz targets, each for so long (60), in the build of sanitize
#   ./do mutate [COUNT]       the command on COUNT (5000) damaged measurements, runs, models, training states and pictures
#   ./do clean                removes build/
# TORCH=debian or TORCH=python chooses the libtorch: Debian's, or that of a PyTorch >= 2.7, which is installed into .venv when
# python3 has none. Unset: python3's PyTorch where there is a fitting one, else Debian's.
set -euo pipefail
cd "$(dirname "$0")"
torch_version=2.13.0  # of the PyTorch that .venv gets

packages=(g++ cmake ninja-build nlohmann-json3-dev libhwy-dev libgtest-dev libbenchmark-dev libzip-dev libssl-dev
          libpng-dev libjpeg62-turbo-dev libtiff-dev libwebp-dev liblcms2-dev gnuplot-nox fonts-dejavu-core)

say() { printf 'do: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Installs those of the named Debian packages that are missing.
need() {
  command -v dpkg-query >/dev/null || { say "this is not Debian: taking for granted what these packages hold: $*"; return; }
  local package missing=() log=build/install.log sudo=
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; } ||
      fail "these packages are missing; run: sudo $install"
    sudo=sudo
  fi
  say "installing ${missing[*]}"
  mkdir -p build
  { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive $install; } >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; fail "the packages could not be installed ($log)"; }
}

# The folder of the PyTorch that this Python imports; nothing when there is none, or one too old.
pytorch_of() {
  "$1" 2>/dev/null <<'PYTHON' || true
import os, torch
if [int(n) for n in torch.__version__.split(".")[:2]] >= [2, 7] and torch.compiled_with_cxx11_abi():
    print(os.path.dirname(torch.__file__))
PYTHON
}

# Sets `torch` (debian or python) and SGILO_TORCH_ROOT, and installs what that libtorch and the build need.
prepare() {
  export SGILO_TORCH_ROOT=
  [ "${TORCH:-python}" != python ] || SGILO_TORCH_ROOT=$(pytorch_of python3)
  torch=${TORCH:-$([ -n "$SGILO_TORCH_ROOT" ] && echo python || echo debian)}
  case $torch in
  debian) need "${packages[@]}" libtorch-dev libopenblas0-openmp ;;
  python)
    [ -n "$SGILO_TORCH_ROOT" ] || SGILO_TORCH_ROOT=$(pytorch_of .venv/bin/python)
    if [ -n "$SGILO_TORCH_ROOT" ]; then
      need "${packages[@]}"
    else
      need "${packages[@]}" python3-venv
      say "installing PyTorch $torch_version into .venv"
      python3 -m venv .venv
      .venv/bin/pip install --quiet "torch==$torch_version" numpy
      SGILO_TORCH_ROOT=$(pytorch_of .venv/bin/python)
      [ -n "$SGILO_TORCH_ROOT" ] || fail "the PyTorch in .venv cannot be imported"
    fi ;;
  *) fail "TORCH must be debian or python, but is '$torch'" ;;
  esac
}

# build_targets PRESET TARGET...: configures build/PRESET and builds.
build_targets() {
  local preset=$1 jobs memory start=$SECONDS
  shift
  memory=$(awk '/MemAvailable/ { print int($2 / 2097152) }' /proc/meminfo)  # a compiler takes up to 2 GiB
  jobs=$(nproc)
  [ "$jobs" -le "$memory" ] || jobs=$((memory > 1 ? memory : 1))
  cmake --preset "$preset" -D SGILO_BENCHMARKS="$benchmarks" >"build/$preset.log" 2>&1 ||
    { cat "build/$preset.log" >&2; fail "configuring failed"; }
  ninja -C "build/$preset" -j "$jobs" "$@"
  say "installed in $install_seconds s, built in $((SECONDS - start)) s (libtorch: $torch)"
}

# build/release is the build of the libtorch in use.
use_as_release() {
  [ ! -e build/release ] || [ -L build/release ] || fail "build/release is a folder of its own; remove it"
  ln -sfn "$torch" build/release
}

# run_tests FOLDER [OPTION...]: one test program per core, each with one thread.
run_tests() { OMP_NUM_THREADS=1 ctest --test-dir "$1" --output-on-failure -j "$(nproc)" "${@:2}"; }

# fuzz_target NAME SECONDS: runs one target on its corpus, which grows from run to run. It starts from fuzz/seeds and, where they
# are at hand, the golden data's files.
fuzz_target() {
  local target=$1 corpus="${SGILO_STATE_DIR:-build}/fuzz_corpus/$1" golden=${SGILO_GOLDEN_DIR:-../shared/golden} pattern
  local finds="build/finds/$target" log="build/sanitize/$target.log"
  case $target in
  pickle_fuzz | nvidia_pickle_fuzz) pattern='*.pkl' ;;
  torch_zip_fuzz | torch_legacy_fuzz) pattern='*.pt*' ;;
  npy_fuzz) pattern='t_*.np[yz]' ;;
  *) pattern='' ;;
  esac
  mkdir -p "$corpus" "$finds"
  cp "fuzz/seeds/$target"/* "$corpus" 2>/dev/null || true
  [ -z "$pattern" ] || [ ! -d "$golden" ] || find "$golden" -name "$pattern" -size -300k -exec cp {} "$corpus" \;
  LSAN_OPTIONS=suppressions=tests/leaks_of_libraries.txt:print_suppressions=0 OMP_NUM_THREADS=1 \
    "build/sanitize/fuzz/$target" -max_total_time="$2" -max_len=400000 -timeout=10 -rss_limit_mb=3000 -malloc_limit_mb=512 \
    -print_final_stats=1 -dict=fuzz/pickle.dict -artifact_prefix="$finds/" "$corpus" >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; say "$target found something: $finds"; return 1; }
  say "$target: $(awk '/number_of_executed_units/ { units = $2 } /cov:/ { for (i = 1; i < NF; ++i) if ($i == "cov:") cov = $(i + 1) }
    END { print units " executions, coverage " cov }' "$log") in $2 s"
}

# test_programs MODULE...: the unit tests of modules as targets; of all when none is named.
test_programs() { if [ $# -eq 0 ]; then echo unit_tests; else printf '%s_tests ' "$@"; fi; }
# only MODULE...: ctest's option for them.
only() { if [ $# -gt 0 ]; then printf -- '-R ^(%s)$' "$(printf '%s_tests|' "$@" | sed 's/|$//')"; fi; }

word=${1:-help}
[ $# -eq 0 ] || shift
benchmarks=OFF
case $word in
help | -h | --help) sed -n '3,16s/^# \{0,1\}//p' "$0"; exit ;;
clean) rm -rf build; exit ;;
races | mutate) TORCH=${TORCH:-debian} ;;
sanitize | fuzz) TORCH=python ;;  # clang 14 does not take the headers of libtorch 1.13
build | demo | test | unit | bench) ;;
*) fail "unknown word '$word'; known words: demo, test, unit, build, bench, sanitize, races, fuzz, mutate, clean, help" ;;
esac

prepare
install_seconds=$SECONDS
mkdir -p build
case $word in
build)
  build_targets "$torch" sgilo
  use_as_release ;;
demo)
  build_targets "$torch" sgilo
  use_as_release
  start=$SECONDS
  build/release/sgilo demo -o demo "$@"
  say "ran in $((SECONDS - start)) s" ;;
test)
  benchmarks=ON  # so that none breaks unnoticed
  build_targets "$torch" all
  use_as_release
  run_tests build/release "$@" ;;
unit)
  build_targets "$torch" unit_tests
  run_tests "build/$torch" -L unit "$@" ;;
sanitize)
  need clang libclang-rt-14-dev
  build_targets sanitize $(test_programs "$@")
  run_tests build/sanitize -L unit $(only "$@") ;;
races)
  need libomp-14-dev
  [ $# -gt 0 ] || set -- sampling solvers theory portraits training
  build_targets races $(test_programs "$@")
  # libgomp's barriers are unknown to the sanitizer; LLVM's runtime, which takes its place, tells of its own through Archer.
  llvm=/usr/lib/llvm-14/lib
  LD_PRELOAD=$llvm/libomp.so.5 OMP_TOOL_LIBRARIES=$llvm/libarcher.so OMP_NUM_THREADS=4 \
    TSAN_OPTIONS="ignore_noninstrumented_modules=1 suppressions=$PWD/tests/races_of_libraries.txt" \
    ctest --test-dir build/races --output-on-failure -L unit $(only "$@") ;;
mutate)
  need python3
  build_targets "$torch" sgilo
  use_as_release
  python3 fuzz/mutate_folders.py build/release/sgilo --count "${1:-5000}" ;;
fuzz)
  need clang libclang-rt-14-dev
  build_targets sanitize fuzz/all
  seconds=${1:-60}
  [ $# -eq 0 ] || shift
  [ $# -gt 0 ] || set -- $(cd fuzz && ls ./*_fuzz.cpp | sed 's|./||; s/.cpp//')
  export -f fuzz_target say
  printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c "fuzz_target {} $seconds" ;;
bench)
  benchmarks=ON
  build_targets "$torch" sgilo_benchmarks
  use_as_release
  build/release/benchmarks/sgilo_benchmarks "$@" ;;
esac
