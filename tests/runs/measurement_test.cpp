#include "sgilo/runs/measurement.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

Measurement small_measurement() {
  std::vector<MeasuredImage> images{{"a", center_square(20, 30, 16)},
                                    {"b", center_square(16, 16, 16)}};
  return measure_pictures(smooth_pictures(2, 16), images, InpaintingOptions{0.25},
                          GaussianNoiseOptions{0.02}, 5);
}

TEST(Measurement, ReturnsFromItsFileAsItWas) {
  const TemporaryFolder folder;
  const Measurement before = small_measurement();
  write_measurement(folder / "y.safetensors", before);
  const Measurement after = read_measurement(folder / "y.safetensors");
  EXPECT_TRUE(torch::equal(after.values, before.values));
  EXPECT_EQ(after.forward_operator->describe(), "inpaint (keep = 0.25: 64 of 256 pixels)");
  const Tensor image = smooth_pictures(1, 16);
  EXPECT_TRUE(
      torch::equal(after.forward_operator->apply(image), before.forward_operator->apply(image)));
  EXPECT_EQ(after.noise_model()->describe(), before.noise_model()->describe());
  EXPECT_EQ(after.count(), 2);
  EXPECT_EQ(after.scalars(), 3 * 64);
  EXPECT_EQ(after.images[0].name, "a");
  EXPECT_EQ(after.images[0].framing, before.images[0].framing);
  EXPECT_EQ(after.seed, 5);
  EXPECT_FALSE(after.observed);
}

TEST(Measurement, NoiseOfAnImageDoesNotDependOnItsNeighbours) {
  const Measurement two = small_measurement();
  const Measurement one = measure_pictures(smooth_pictures(2, 16).slice(0, 0, 1), {two.images[0]},
                                           InpaintingOptions{0.25}, GaussianNoiseOptions{0.02}, 5);
  EXPECT_TRUE(torch::equal(one.values[0], two.values[0]));
}

TEST(Measurement, OtherFilesAreRefusedByName) {
  const TemporaryFolder folder;
  const std::string path = (folder / "w.safetensors").string();
  const auto text = [&] { return error_text<FormatError>([&] { read_measurement(path); }); };
  EXPECT_EQ(text().substr(0, path.size()), path);  // missing

  write_safetensors(path, {{"w", torch::zeros({2})}});
  EXPECT_EQ(text(), path + ": is no measurement; make one with 'sgilo measure'");

  write_measurement(path, small_measurement());
  SafetensorsFile file = read_safetensors(path);
  const auto rewritten = [&](auto change) {
    SafetensorsFile copy{file.tensors, file.metadata};
    change(copy);
    write_safetensors(path, copy.tensors, copy.metadata);
    return text();
  };
  EXPECT_EQ(rewritten([](auto& f) { f.tensors.erase("y"); }), path + ": tensor 'y' is missing");
  EXPECT_EQ(rewritten([](auto& f) {
              f.tensors["y"] = torch::full({2, 3, 64}, NAN);
            }),
            path + ": tensor 'y' is not finite");
  EXPECT_EQ(rewritten([](auto& f) {
              f.tensors["y"] = torch::zeros({2, 3, 63});
            }),
            path + ": tensor 'y' must have shape [2, 3, 64], but has [2, 3, 63]");
  EXPECT_EQ(rewritten([](auto& f) { f.metadata["noise"] = "{\"sigma\": -1}"; }),
            path + ": noise.sigma must be in [1e-06, 1000], but is -1.0");
  EXPECT_EQ(
      rewritten([](auto& f) { f.metadata["images"] = "[{\"name\": \"../x\", \"framing\": {}}]"; }),
      path + ": entry 'images': '../x' cannot name an image");
  EXPECT_EQ(rewritten([](auto& f) { f.metadata.erase("operator"); }),
            path + ": entry 'operator' is missing");
}

}  // namespace
}  // namespace sgilo
