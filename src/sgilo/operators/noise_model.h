// The noise of y = A(x) + noise. Gaussian: noise ~ N(0, sigma^2 I), sigma in units of images in
// [-1, 1].
#pragma once

#include <variant>

#include "sgilo/core/options_json.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// What float32 images in [-1, 1] can tell from none, and from noise alone. sigma is the width of
// the likelihood too, and therefore never 0.
inline constexpr Check<double> noise_range{
    "in [1e-06, 1000]", [](const double& sigma) { return sigma >= 1e-6 && sigma <= 1000; }};

struct GaussianNoiseOptions {
  double sigma = 0.01;
  static constexpr std::string_view kind = "gaussian";
  static constexpr auto fields() {
    return std::tuple{field("sigma", &GaussianNoiseOptions::sigma,
                            "standard deviation, for images in [-1, 1]", noise_range)};
  }
};

using NoiseOptions = std::variant<GaussianNoiseOptions>;

// "gaussian:sigma=0.01" to {"kind": "gaussian", "sigma": 0.01}. Throws ConfigError.
Json parse_noise(std::string_view text);

// Names, keys and ranges checked. Throws ConfigError: "noise.sigma must be in [1e-06, 1000], but
// is 0.0".
NoiseOptions read_noise(const Json& json, const std::string& path = "noise");

class NoiseModel {
 public:
  explicit NoiseModel(const NoiseOptions& options);  // throws ConfigError as read_noise does

  double sigma() const { return std::get<GaussianNoiseOptions>(options_).sigma; }
  Json options() const { return value_to_json(options_); }
  std::string describe() const;  // "gaussian (sigma = 0.01)"

  // measurement [N, ...]; row i has its own stream, streams.child(i) or rows[i], so that its noise
  // does not depend on the other rows.
  Tensor add(const Tensor& measurement, const RandomStreams& streams) const;
  Tensor add_rows(const Tensor& measurement, const std::vector<RandomStreams>& rows) const;

  // -log p(measurement | prediction), [N], up to the constant (m/2) log(2 pi variance):
  // 0.5 ||prediction - measurement||^2 / (sigma^2 + extra_variance), where extra_variance >= 0 is
  // the square of the model error. Both [N, ...]. Throws ConfigError.
  Tensor negative_log_likelihood(const Tensor& prediction, const Tensor& measurement,
                                 double extra_variance = 0) const;

 private:
  NoiseOptions options_;
};

}  // namespace sgilo
