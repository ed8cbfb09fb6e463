// The noise models by name. A new one is its own file and a name in the variant.
#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "sgilo/operators/gaussian_noise.h"

namespace sgilo {

using NoiseOptions = std::variant<GaussianNoiseOptions>;

// "gaussian:sigma=0.01" to {"kind": "gaussian", "sigma": 0.01}. Throws ConfigError.
Json parse_noise(std::string_view text);

// Names, keys and ranges checked. Throws ConfigError: "noise.sigma must be in [1e-06, 1000], but
// is 0.0".
NoiseOptions read_noise(const Json& json, const std::string& path = "noise");

std::shared_ptr<const NoiseModel> make_noise(const NoiseOptions& options);  // throws ConfigError

}  // namespace sgilo
