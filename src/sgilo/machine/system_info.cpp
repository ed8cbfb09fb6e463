#include "sgilo/machine/system_info.h"

#include <dlfcn.h>
#include <hwy/targets.h>
#include <link.h>
#include <malloc.h>
#ifdef _OPENMP  // not with clang
#include <omp.h>
#endif

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "sgilo/core/options_json.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/shape.h"
#include "sgilo/machine/build_info.h"
#include "sgilo/machine/early_start.h"
#include "sgilo/machine/stopwatch.h"

namespace sgilo {
namespace {

constexpr int kMostThreads = 1024;

// A function of a library that may or may not be loaded.
template <class Function>
Function* loaded_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

// The value behind "key=" or "key :" in a text of many lines, up to `end`.
std::string value_after(const std::string& text, const std::string& key, const char* end) {
  const std::size_t begin = text.find(key);
  if (begin == std::string::npos) return "";
  const std::size_t first = text.find_first_not_of(" \t:=", begin + key.size());
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_first_of(end, first) - first);
}

std::string read_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The file that holds the matrix product which libtorch calls, with links resolved.
std::string blas_file() {
  Dl_info place{};
  void* product = dlsym(RTLD_DEFAULT, "sgemm_");
  if (product == nullptr || dladdr(product, &place) == 0 || place.dli_fname == nullptr) return "";
  std::error_code failed;
  const auto path = std::filesystem::canonical(place.dli_fname, failed);
  return failed ? place.dli_fname : path.string();
}

// Debian's reference BLAS is .../blas/libblas.so.3.x; optimised ones bear their names.
bool is_reference_blas(const std::string& file) {
  return file.find("/blas/libblas.so") != std::string::npos;
}

std::string blas_name() {
  if (at::hasMKL()) {
    const std::string version = at::get_mkl_version();
    return version.substr(0, version.find('\n'));
  }
  if (const auto config = loaded_function<const char*()>("openblas_get_config")) return config();
  const std::string file = blas_file();
  if (is_reference_blas(file)) return "reference BLAS";
  return file.empty() ? "unknown" : std::filesystem::path(file).filename().string();
}

std::string blas_core() {
  if (at::hasMKL()) return "chosen by MKL";
  const auto core = loaded_function<const char*()>("openblas_get_corename");
  return core ? core() : "unknown";
}

// Those of OpenBLAS for processors without AVX, one of which it takes where it knows none.
bool is_old_core(std::string_view core) {
  constexpr std::array<std::string_view, 4> kOld{"Prescott", "Core2", "Nehalem", "Barcelona"};
  return std::find(kOld.begin(), kOld.end(), core) != kOld.end();
}

std::set<std::string> openmp_runtimes() {
  std::set<std::string> names;
  dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void* found) {
        const std::string name = std::filesystem::path(library->dlpi_name).filename();
        for (const char* runtime : {"libgomp", "libiomp5", "libomp"})
          if (name.rfind(runtime, 0) == 0) static_cast<std::set<std::string>*>(found)->insert(name);
        return 0;
      },
      &names);
  return names;
}

// Highway gives better targets lower bits.
std::string simd_name() {
  const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(usable & -usable);
}

std::vector<std::string> device_names() {
  std::vector<std::string> names{"cpu"};
  for (std::size_t i = 0; i < static_cast<std::size_t>(torch::cuda::device_count()); ++i)
    names.push_back(concat("cuda:", i));
  return names;
}

}  // namespace

Processor processor() {
  const std::string text = read_text("/proc/cpuinfo"),
                    flags = concat(value_after(text, "flags", "\n"), " ");
  return {.name = value_after(text, "model name", "\n"),
          .vendor = value_after(text, "vendor_id", "\n"),
          .family = std::atoi(value_after(text, "cpu family", "\n").c_str()),
          .amx = flags.find(" amx_bf16 ") != std::string::npos};
}

LinearWay linear_way_of(bool avx512, bool mkl, std::string_view vendor,
                        std::string_view blas_core) {
  constexpr std::array<std::string_view, 4> kCores{"SkylakeX", "Cooperlake", "SapphireRapids",
                                                   "unknown"};
  if (!avx512) return LinearWay::blas;
  if (mkl) return vendor == "GenuineIntel" ? LinearWay::blas : LinearWay::large_convolution;
  if (is_old_core(blas_core)) return LinearWay::convolution;
  return std::find(kCores.begin(), kCores.end(), blas_core) != kCores.end()
             ? LinearWay::blas
             : LinearWay::large_convolution;
}

LinearWay faster_linear_way() {
  static const LinearWay way = at::hasMKLDNN()
                                   ? linear_way_of(simd_name().starts_with("AVX3"), at::hasMKL(),
                                                   processor().vendor, blas_core())
                                   : LinearWay::blas;
  return way;
}

Precision training_precision_of(bool amx, bool gpu) {
  return amx || gpu ? Precision::bf16 : Precision::fp32;
}

Precision faster_training_precision(torch::Device device) {
  return training_precision_of(processor().amx, !device.is_cpu());
}

void set_threads(int threads) {
  if (threads < 0 || threads > kMostThreads)
    throw ConfigError(concat("threads must be 0 to ", kMostThreads, ", but is ", threads));
  if (threads == 0) {
    const char* wish = std::getenv("OMP_NUM_THREADS");
    threads = wish ? std::min(std::atoi(wish), available_processors()) : 0;
    if (threads < 1) threads = available_processors();
  }
  at::set_num_threads(threads);
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
  // An OpenBLAS with threads of its own hears neither of the above.
  if (const auto set = loaded_function<void(int)>("openblas_set_num_threads")) set(threads);
  static const bool once = [&] {  // libtorch takes this setting a single time
    at::set_num_interop_threads(threads);
    return true;
  }();
  static_cast<void>(once);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

std::vector<std::string> wrong_products(const MatrixProduct& product) {
  struct Size {
    std::int64_t m, k, n;
  };
  const RandomStreams streams(2024);
  std::vector<std::string> sentences;
  for (const auto& [m, k, n] : {Size{1, 7, 1}, Size{3, 5, 7}, Size{17, 33, 65}, Size{64, 64, 64},
                                Size{127, 129, 31}, Size{97, 300, 1}, Size{1, 300, 97}}) {
    const Tensor a = streams.child("a").normal({m, k}), b = streams.child("b").normal({k, n});
    const Tensor c = product(a, b).to(torch::kCPU, torch::kFloat32).contiguous();
    require_shape("matrix product", c, {m, n});
    const float *left = a.data_ptr<float>(), *right = b.data_ptr<float>(),
                *found = c.data_ptr<float>();
    bool wrong = false;
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = 0, magnitude = 0;
        for (std::int64_t l = 0; l < k; ++l) {
          const double term = static_cast<double>(left[i * k + l]) * right[l * n + j];
          sum += term;
          magnitude += std::abs(term);
        }
        // Any order of summation stays within k rounding errors of the sum of magnitudes.
        const double bound =
            static_cast<double>(k + 1) * std::numeric_limits<float>::epsilon() * magnitude;
        wrong = wrong || !(std::abs(found[i * n + j] - sum) <= bound);
      }
    if (wrong)
      sentences.push_back(concat("the matrix product of [", m, ", ", k, "] and [", k, ", ", n,
                                 "] is wrong on this machine"));
  }
  return sentences;
}

std::vector<std::string> blas_warnings() {
  std::vector<std::string> warnings;
  if (!at::hasMKL() && is_reference_blas(blas_file()))
    warnings.emplace_back(
        "matrix products run on the reference BLAS, tens of times slower than they could: install "
        "libopenblas0-openmp");
  for (const std::string& sentence :
       wrong_products([](const Tensor&a, const Tensor&b) { return torch::matmul(a, b); }))
    warnings.push_back(concat(sentence, " (", blas_name(), ", kernels for ", blas_core(),
                              "): set OPENBLAS_CORETYPE=Haswell or update the BLAS"));
  return warnings;
}

SystemInfo system_info() {
  SystemInfo info;
  info.version = project_version();
  info.commit = project_commit();
  info.compiler = concat("g++ ", __VERSION__);
  const std::string settings = at::show_config();
  info.libtorch = value_after(settings, "TORCH_VERSION", ",\n");
  info.blas = blas_name();
  info.blas_core = blas_core();
  info.convolutions = at::hasMKLDNN() ? at::get_mkldnn_version() : "libtorch's own";
  const std::set<std::string> runtimes = openmp_runtimes();
  info.openmp = join({runtimes.begin(), runtimes.end()});
  info.processor = processor().name;
  info.simd = simd_name();
  info.kernels = concat("fused: Winograd F(4x4, 3x3) and passes over pixels with ", info.simd);
  info.linear_maps =
      faster_linear_way() == LinearWay::blas ? "the BLAS" : "convolutions of 1x1 pixels";
  info.training = word_of(faster_training_precision(torch::kCPU));
  info.cores = available_processors();
  info.threads = at::get_num_threads();
  info.memory_gib = machine_mib() / 1024;
  info.devices = device_names();
  info.warnings = blas_warnings();
  if (is_old_core(info.blas_core) && info.simd.starts_with("AVX"))
    info.warnings.push_back(concat(
        "the BLAS does not know this processor and computes as for ", info.blas_core,
        ", an old one: OPENBLAS_CORETYPE=", info.simd.starts_with("AVX3") ? "SkylakeX" : "Haswell",
        " makes matrix products several times faster"));
  if (runtimes.size() > 1)
    info.warnings.push_back(
        concat("several OpenMP runtimes are loaded (", info.openmp, "): --threads may not hold"));
  if (info.threads > info.cores)
    info.warnings.push_back(concat(info.threads, " threads share ", info.cores, " cores"));
  return info;
}

std::string text(const SystemInfo& info) {
  std::ostringstream out;
  const auto line = [&](std::string_view name, const auto& value) {
    out << name << std::string(14 - name.size(), ' ') << value << '\n';
  };
  std::apply(
      [&](const auto&... f) {
        (
            [&] {
              const auto& value = info.*(f.member);
              using T = std::remove_cvref_t<decltype(value)>;
              if constexpr (!std::is_same_v<T, std::vector<std::string>>)
                line(f.name, value);
              else if (f.name != "warnings")
                line(f.name, join(value));
            }(),
            ...);
      },
      SystemInfo::fields());
  for (const std::string& warning : info.warnings) line("warning", warning);
  return out.str();
}

}  // namespace sgilo
