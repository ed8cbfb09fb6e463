// A small generator in a file, and the image of any generator's file.
#pragma once

#include <gtest/gtest.h>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/workflows/generate.h"
#include "support/temporary_folder.h"

namespace sgilo {

inline StyleGan2 small_generator() {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 5, .layers = 2};
  options.synthesis = {.w_dim = 5, .widths = {4, 3}, .clamp = 0};
  torch::manual_seed(1);
  return StyleGan2(options);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    generator_ = folder_ / "generator.npz";
    write_npz(generator_, state_of(*small_generator()));
    write_npy(folder_ / "z.npy", torch::randn({2, 6}));
  }
  Tensor image_of(const std::string& generator) {
    GenerateOptions o;
    o.generator = generator;
    o.z = folder_ / "z.npy";
    o.output = folder_ / "image.npy";
    return generate(o, silent_).written.at(0).second;
  }

  TemporaryFolder folder_;
  std::string generator_;
  Observer silent_;
};

}  // namespace sgilo
