#include "sgilo/checkpoint/array_file.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/cfl.h"
#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "support/array_files.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(ArrayFile, TakesOneArrayOfAnyFormat) {
  const TemporaryFolder folder;
  const Tensor w = torch::arange(6.0).reshape({1, 2, 3});
  write_npy(folder / "a.npy", w.to(torch::kFloat64));
  write_npz(folder / "a.npz", {{"anything", w.to(torch::kFloat16)}});
  write_safetensors(folder / "a.safetensors", {{"w", w.to(torch::kBFloat16)}});
  for (const char* name : {"a.npy", "a.npz", "a.safetensors"}) {
    const Tensor read = read_real_array(folder / name, {"w"});
    EXPECT_EQ(read.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::equal(read, w.to(torch::kFloat32))) << name;
  }
}

TEST(ArrayFile, TakesTheArrayOfAnExpectedNameAmongOthers) {
  const TemporaryFolder folder;
  write_npz(folder / "p.npz", {{"w", torch::ones({2})}, {"losses", torch::zeros({9})}});
  EXPECT_EQ(read_real_array(folder / "p.npz", {"w", "styles"}).numel(), 2);
  EXPECT_EQ(error_text<FormatError>([&] {
              read_real_array(folder / "p.npz", {"z", "x"});
            }),
            (folder / "p.npz").string() +
                ": must hold one array, or one named 'z' or 'x', but holds 'losses', 'w'");
}

TEST(ArrayFile, RefusesNumbersThatAreNotReal) {
  const TemporaryFolder folder;
  for (const auto& [type, name] :
       std::vector<std::pair<torch::ScalarType, std::string>>{{torch::kComplexFloat, "complex64"},
                                                              {torch::kComplexDouble, "complex128"},
                                                              {torch::kBool, "bool"},
                                                              {torch::kInt64, "int64"},
                                                              {torch::kUInt8, "uint8"}}) {
    write_npy(folder / "a.npy", torch::ones({2}).to(type));
    EXPECT_EQ(error_text<FormatError>([&] { read_real_array(folder / "a.npy", {}); }),
              concat((folder / "a.npy").string(), ": holds numbers of type ", name,
                     ", but real numbers of type float16, bfloat16, float32 or float64 are "
                     "accepted"));
  }
  write_cfl(folder / "bart", torch::ones({2}));
  EXPECT_NE(error_text<FormatError>([&] {
              read_real_array(folder / "bart", {});
            }).find("bart: holds numbers of type complex64"),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
