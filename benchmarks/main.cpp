// All benchmarks run with the command's settings of threads and memory.
#include <benchmark/benchmark.h>

#include "sgilo/machine/system_info.h"

int main(int argc, char** argv) {
  sgilo::set_threads();
  sgilo::keep_freed_memory();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
