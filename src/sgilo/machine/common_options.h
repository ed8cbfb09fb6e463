// What every verb of the command takes: the seed, threads and device of its computation.
#pragma once

#include <string>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/kernel.h"

namespace sgilo {

// Sides of square images that the verbs take.
inline constexpr Check<std::int64_t> image_side{
    "from 1 to 4096", [](const std::int64_t& side) { return side >= 1 && side <= 4096; }};

// Where -1 stands for none or all.
inline constexpr Check<std::int64_t> at_least_minus_one{
    "at least -1", [](const std::int64_t& number) { return number >= -1; }};

// Options of a verb derive from this and append common_fields() to their own table.
struct CommonOptions {
  std::int64_t seed = 1;
  int threads = 0;
  std::string device = "cpu";

  static constexpr auto common_fields() {
    return std::tuple{
        field("seed", &CommonOptions::seed, "of every random number", non_negative<std::int64_t>),
        field("threads", &CommonOptions::threads,
              "processor threads (0: OMP_NUM_THREADS, else one per core)", non_negative<int>),
        field("device", &CommonOptions::device, "cpu, cuda or cuda:<n>")};
  }
};

// What verbs that run a generator take besides; they append generator_fields() instead.
struct GeneratorRunOptions : CommonOptions {
  Precision precision = Precision::fp32;
  Kernel kernel = Kernel::automatic;

  static constexpr auto generator_fields() {
    using O = GeneratorRunOptions;
    return std::tuple_cat(
        std::tuple{
            field("precision", &O::precision,
                  "fp32, or bf16 for the generator's gradients and the matrix products of scores"),
            field("kernel", &O::kernel,
                  "of the generator: automatic, reference or fused (CPU; automatic takes it "
                  "where it can run)")},
        common_fields());
  }
};

// Throws ConfigError when the output is one of the inputs.
void require_other_file(const std::string& output, const std::vector<std::string>& inputs);

// Throws ConfigError for a word that is no device and for a device that this machine lacks.
torch::Device device_of(const std::string& word);

}  // namespace sgilo
