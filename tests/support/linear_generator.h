// A generator that is linear, so that posteriors are known in closed form: features x_1 = G1 z,
// image = M (features, styles, noise) with prescribed singular values. All variables, flattened in
// this order, make the vector v of stage 1; stage 0 is v with features = G1 z.
#pragma once

#include <cmath>

#include "sgilo/generator/generator.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

struct LinearGeneratorOptions {
  std::int64_t style_rows = 2, style_size = 3, features = 8, noises = 4, pixels = 12;
  double condition = 10;  // largest over smallest singular value of M
  bool aligned = false;   // singular vectors along the axes of v
  std::uint64_t seed = 1;
  torch::Dtype type = torch::kFloat32;
};

class LinearGenerator : public Generator {
 public:
  explicit LinearGenerator(const LinearGeneratorOptions& options) : options_(options) {
    const RandomStreams streams(options.seed);
    const std::int64_t styles = options.style_rows * options.style_size;
    const std::int64_t size = options.features + styles + options.noises;
    const std::int64_t rank = std::min(options.pixels, size);
    const auto orthogonal = [](const RandomStreams& own, std::int64_t n) {
      return std::get<0>(torch::linalg_qr(own.normal({n, n}).to(torch::kFloat64)));
    };
    Tensor right = torch::eye(size, torch::kFloat64);
    if (!options.aligned) right = orthogonal(streams.child("right"), size);
    const Tensor singular =
        torch::logspace(0, -std::log10(options.condition), rank, 10.0, torch::kFloat64);
    image_map_ = (orthogonal(streams.child("left"), options.pixels).slice(1, 0, rank) * singular)
                     .matmul(right.slice(1, 0, rank).t())
                     .to(options.type);
    layer_map_ = (streams.child("layer").normal({options.features, styles}) /
                  std::sqrt(static_cast<double>(styles)))
                     .to(options.type);
  }

  int layers() const override { return 1; }
  Shape image_shape() const override { return {1, 1, options_.pixels}; }
  std::string describe() const override { return "linear generator"; }

  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override {
    LatentState state{0, {}};
    const auto normal = [&](const char* name, torch::IntArrayRef shape) {
      return normal_rows(children(rows, name), shape).to(options_.type);
    };
    state.variables = {
        {"styles", Role::code, normal("styles", {options_.style_rows, options_.style_size})},
        {"noise_0", Role::noise, normal("noise_0", {options_.noises})}};
    return advance(state, layer);
  }

  Tensor decode(const LatentState& state) const override {
    return times(image_map_, flattened(advance(state, 1))).reshape({-1, 1, 1, options_.pixels});
  }

  LatentState advance(const LatentState& state, int to_layer) const override {
    if (to_layer == state.layer) return state;
    LatentState out = state;
    out.layer = to_layer;
    out.variables.insert(out.variables.begin(),
                         {"features", Role::layer,
                          times(layer_map_, state.at(Role::code).flatten(1))});
    return out;
  }

  const Tensor& image_map() const { return image_map_; }  // M [pixels, d]
  const Tensor& layer_map() const { return layer_map_; }  // G1 [features, styles]

 private:
  // Row by row the same sums whatever the number of rows.
  static Tensor times(const Tensor& matrix, const Tensor& rows) {
    return (rows.unsqueeze(1) * matrix).sum(2);
  }

  LinearGeneratorOptions options_;
  Tensor image_map_, layer_map_;
};

}  // namespace sgilo
