// y = A(x) + sigma xi, xi ~ N(0, I), sigma in units of images in [-1, 1]. A generator that misses
// the image by about model_error makes the likelihood N(A(x), (sigma^2 + model_error^2) I).
#pragma once

#include "sgilo/operators/noise_model.h"

namespace sgilo {

// What float32 images in [-1, 1] can tell from none, and from noise alone. sigma is the width of
// the likelihood too, and therefore never 0.
inline constexpr Check<double> noise_range{
    "in [1e-06, 1000]", [](const double& sigma) { return sigma >= 1e-6 && sigma <= 1000; }};

struct GaussianNoiseOptions {
  double sigma = 0.01;
  using Model = class GaussianNoise;
  static constexpr std::string_view kind = "gaussian";
  static constexpr auto fields() {
    return std::tuple{field("sigma", &GaussianNoiseOptions::sigma,
                            "standard deviation, for images in [-1, 1]", noise_range)};
  }
};

class GaussianNoise : public NoiseModel {
 public:
  explicit GaussianNoise(const GaussianNoiseOptions& options);  // throws ConfigError

  Json options() const override;
  Tensor energy(const Tensor& prediction, const Tensor& measured,
                const Widening& widening) const override;
  double scale(const Widening& widening) const override;  // (sigma^2 + model_error^2) T
  bool is_gaussian() const override { return true; }
  bool has_perturb() const override { return true; }
  Tensor perturb(const Tensor& measured, const std::vector<RandomStreams>& rows,
                 const Widening& widening) const override;

 protected:
  Tensor draw(const Tensor& clean, const std::vector<RandomStreams>& rows) const override;

 private:
  GaussianNoiseOptions options_;
};

}  // namespace sgilo
