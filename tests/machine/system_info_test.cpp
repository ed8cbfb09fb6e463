#include "sgilo/machine/system_info.h"

#include <gtest/gtest.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/core/options_json.h"
#include "sgilo/machine/sanitized.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// Clock ticks of processor time that threads other than the main one have used.
std::int64_t ticks_of_other_threads() {
  std::int64_t ticks = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(getpid())) continue;
    std::ifstream file(task.path() / "stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 2));  // from the third field on
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    std::int64_t user = 0, system = 0;
    fields >> user >> system;
    ticks += user + system;
  }
  return ticks;
}

// Matrix products, convolutions and an OpenMP loop: some tenths of a second.
void work() {
  const Tensor a = torch::ones({700, 700}), image = torch::ones({1, 64, 96, 96}),
               kernel = torch::ones({64, 64, 3, 3});
  for (int i = 0; i < 8; ++i) {
    torch::matmul(a, a);
    torch::conv2d(image, kernel);
    double sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int j = 0; j < 4000000; ++j) sum += 1.0 / (1.0 + j);
    EXPECT_GT(sum, 15);
  }
}

TEST(SystemInfo, OneThreadUsesOneCore) {
  set_threads(1);
  EXPECT_EQ(at::get_num_threads(), 1);
  const std::int64_t before = ticks_of_other_threads();
  work();
  EXPECT_LE(ticks_of_other_threads() - before, 1);
}

#ifndef SGILO_SANITIZED
TEST(SystemInfo, WaitingThreadsSoonSleep) {
  EXPECT_TRUE(std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT"));
}
#endif

TEST(SystemInfo, RefusesThreadsThatNoMachineHas) {
  EXPECT_EQ(error_text<ConfigError>([] { set_threads(99999); }),
            "threads must be 0 to 1024, but is 99999");
  EXPECT_EQ(error_text<ConfigError>([] { set_threads(-1); }),
            "threads must be 0 to 1024, but is -1");
}

TEST(SystemInfo, ThreadsReachLibtorchAndOpenMp) {
  set_threads(2);
  EXPECT_EQ(at::get_num_threads(), 2);
#ifdef _OPENMP
  EXPECT_EQ(omp_get_max_threads(), 2);
#endif
  EXPECT_EQ(system_info().threads, 2);
  set_threads(1);
}

TEST(SystemInfo, NamesWhatThisProgramRunsOn) {
  const SystemInfo info = system_info();
  EXPECT_EQ(info.libtorch.substr(0, info.libtorch.find('.')), std::to_string(TORCH_VERSION_MAJOR));
  EXPECT_NE(info.blas, "unknown");
  EXPECT_FALSE(info.processor.empty());
  EXPECT_FALSE(info.simd.empty());
  EXPECT_GE(info.cores, 1);
  EXPECT_GT(info.memory_gib, 0.5);
  EXPECT_EQ(info.devices.at(0), "cpu");
  EXPECT_EQ(info.openmp.find(','), std::string::npos) << "two OpenMP runtimes: " << info.openmp;
}

TEST(SystemInfo, TextAndJsonHoldEveryEntry) {
  SystemInfo info;
  info.version = "0.1.0";
  info.devices = {"cpu", "cuda:0"};
  info.warnings = {"the floor is wet"};
  const std::string table = text(info);
  EXPECT_NE(table.find("version       0.1.0\n"), std::string::npos);
  EXPECT_NE(table.find("devices       cpu, cuda:0\n"), std::string::npos);
  EXPECT_NE(table.find("warning       the floor is wet\n"), std::string::npos);
  const Json json = to_json(info);
  EXPECT_EQ(json["devices"], Json({"cpu", "cuda:0"}));
  EXPECT_EQ(json["warnings"][0], "the floor is wet");
}

TEST(SystemInfo, TrainsInBfloat16WhereMatrixUnitsComputeInIt) {
  EXPECT_EQ(training_precision_of(false, false), Precision::fp32);
  EXPECT_EQ(training_precision_of(true, false), Precision::bf16);
  EXPECT_EQ(training_precision_of(false, true), Precision::bf16);
  EXPECT_EQ(system_info().training, word_of(faster_training_precision(torch::kCPU)));
}

TEST(SystemInfo, AvoidsABlasWithoutKernelsForTheProcessor) {
  EXPECT_EQ(linear_way_of(true, true, "AuthenticAMD", "chosen by MKL"),
            LinearWay::large_convolution);
  EXPECT_EQ(linear_way_of(true, true, "GenuineIntel", "chosen by MKL"), LinearWay::blas);
  EXPECT_EQ(linear_way_of(false, true, "AuthenticAMD", "chosen by MKL"), LinearWay::blas);
  EXPECT_EQ(linear_way_of(true, false, "AuthenticAMD", "Haswell"), LinearWay::large_convolution);
  EXPECT_EQ(linear_way_of(true, false, "GenuineIntel", "Prescott"), LinearWay::convolution);
  EXPECT_EQ(linear_way_of(true, false, "AuthenticAMD", "Barcelona"), LinearWay::convolution);
  EXPECT_EQ(linear_way_of(true, false, "AuthenticAMD", "Cooperlake"), LinearWay::blas);
  EXPECT_EQ(linear_way_of(true, false, "AuthenticAMD", "unknown"), LinearWay::blas);
  EXPECT_EQ(linear_way_of(false, false, "AuthenticAMD", "Haswell"), LinearWay::blas);
}

TEST(SystemInfo, ThisMachinesProductsAreRight) {
  EXPECT_TRUE(
      wrong_products([](const Tensor& a, const Tensor& b) { return torch::matmul(a, b); }).empty());
}

TEST(SystemInfo, AProductWithOneWrongEntryIsFound) {
  const auto broken = [](const Tensor& a, const Tensor& b) {
    Tensor c = torch::matmul(a, b);
    if (c.size(0) == 17) c[16][64] += 1e-3f;
    return c;
  };
  const std::vector<std::string> sentences = wrong_products(broken);
  ASSERT_EQ(sentences.size(), 1u);
  EXPECT_EQ(sentences[0], "the matrix product of [17, 33] and [33, 65] is wrong on this machine");
}

TEST(SystemInfo, AProductThatIsNotANumberIsFound) {
  EXPECT_EQ(wrong_products([](const Tensor& a, const Tensor& b) {
              return torch::matmul(a, b) * NAN;
            }).size(),
            7u);
}

}  // namespace
}  // namespace sgilo
