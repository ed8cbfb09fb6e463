// What this program runs on: versions, libtorch and its BLAS, threads, instructions, devices, and
// what is wrong with them (a slow or miscomputing BLAS, two OpenMP runtimes).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/kernel.h"
#include "sgilo/score/linear_way.h"

namespace sgilo {

struct SystemInfo {
  std::string version, commit, compiler;
  std::string libtorch, blas, blas_core, convolutions, openmp;
  std::string processor, simd, kernels, linear_maps, training;
  int cores = 0;
  int threads = 0;
  double memory_gib = 0;
  std::vector<std::string> devices;
  std::vector<std::string> warnings;

  static constexpr auto fields() {
    using S = SystemInfo;
    return std::tuple{
        field("version", &S::version, "version of sgilo"),
        field("commit", &S::commit, "commit that was built"),
        field("compiler", &S::compiler, "compiler that built it"),
        field("libtorch", &S::libtorch, "version of the libtorch that is loaded"),
        field("blas", &S::blas, "library behind matrix products"),
        field("blas_core", &S::blas_core, "processor that the BLAS chose its kernels for"),
        field("convolutions", &S::convolutions, "library behind convolutions"),
        field("openmp", &S::openmp, "OpenMP runtimes that are loaded"),
        field("processor", &S::processor, "processor's name"),
        field("simd", &S::simd, "widest instructions that this program uses here"),
        field("kernels", &S::kernels, "of a generator on the CPU"),
        field("linear_maps", &S::linear_maps, "library behind linear maps of score networks"),
        field("training", &S::training,
              "precision in which a generator is trained on the processor"),
        field("cores", &S::cores, "processor cores that this process may use"),
        field("threads", &S::threads, "threads that it uses"),
        field("memory_gib", &S::memory_gib, "memory of the machine in GiB"),
        field("devices", &S::devices, "devices that --device accepts"),
        field("warnings", &S::warnings, "what is wrong with this machine")};
  }
};

// What Linux says of the processor; empty elsewhere.
struct Processor {
  std::string name, vendor;
  int family = 0;
  bool amx = false;  // matrix units for bfloat16
};
Processor processor();

// Under a second; computes a few small matrix products. to_json(info) is that of
// core/options_json.h.
SystemInfo system_info();

// A table for people, one line per entry, warnings last.
std::string text(const SystemInfo& info);

// By oneDNN's convolutions where the BLAS lacks kernels for a processor with AVX-512: MKL on those
// of other makers than Intel, and an OpenBLAS told to take those of an older one.
LinearWay linear_way_of(bool avx512, bool mkl, std::string_view vendor, std::string_view blas_core);
LinearWay faster_linear_way();  // here

// Of training, whose convolutions are the library's in bfloat16: that where matrix units compute in
// it (AMX, a GPU); elsewhere float32, which minimal filtering makes faster (kernels/winograd.h).
Precision training_precision_of(bool amx, bool gpu);
Precision faster_training_precision(torch::Device device);  // here

// Threads of everything that computes here: libtorch's kernels, the OpenMP loops of the project and
// the BLAS. 0: OMP_NUM_THREADS where set, else one per core. Throws ConfigError when negative. Call
// before any computation.
void set_threads(int threads = 0);

// Freed memory stays with the process: activations of some megabytes, freed and taken again at
// every step, otherwise cost a page fault per 4 KiB (twice the time of a step of 64 chains).
void keep_freed_memory();

// One sentence per matrix shape for which `product` ([m,k] x [k,n], float32) differs from a plain
// loop in double by more than rounding explains; empty when all is well.
using MatrixProduct = std::function<Tensor(const Tensor& a, const Tensor& b)>;
std::vector<std::string> wrong_products(const MatrixProduct& product);

// Checks libtorch's own product; what the command calls at start, a few milliseconds.
std::vector<std::string> blas_warnings();

}  // namespace sgilo
