// How a measurement y comes of the clean A(x): it can be drawn, and judged. Members are one file
// each (gaussian_noise.h) and are listed by name in make_noise.h.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/options_json.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// In what a likelihood is wider than the noise alone: by what the generator cannot reach
// (`model_error`, a standard deviation in units of the measurements), and by a temperature T > 0,
// which makes it p(y | x)^(1/T).
struct Widening {
  double model_error = 0;
  double temperature = 1;
};

class NoiseModel {
 public:
  virtual ~NoiseModel() = default;

  virtual Json options() const = 0;  // {"kind": "gaussian", "sigma": 0.01}
  std::string describe() const;      // "gaussian (sigma = 0.01)"

  // y of clean measurements [N, ...]; row i is drawn from rows[i], so that its noise does not depend
  // on the other rows. Throws ConfigError when the counts differ.
  Tensor sample(const Tensor& clean, const std::vector<RandomStreams>& rows) const;

  // -log p(measured | prediction) of each row up to a constant, [N], differentiable in the
  // prediction; both [N, ...].
  virtual Tensor energy(const Tensor& prediction, const Tensor& measured,
                        const Widening& widening) const = 0;

  // Whether the energy is half the squared residual over scale().
  virtual bool is_gaussian() const { return false; }

  // What divides the energy: energy * scale does not change with the temperature.
  virtual double scale(const Widening& widening) const { return widening.temperature; }

  // The measurement with another draw of the widened noise added, for perturb-and-optimise. Only
  // where has_perturb(); throws ConfigError elsewhere.
  virtual bool has_perturb() const { return false; }
  virtual Tensor perturb(const Tensor& measured, const std::vector<RandomStreams>& rows,
                         const Widening& widening) const;

 protected:
  virtual Tensor draw(const Tensor& clean, const std::vector<RandomStreams>& rows) const = 0;
};

// 0.5 ||prediction - measured||^2 of each row, [N]: how far an image is from the data, whatever
// their noise; reported beside the energy.
Tensor half_squared_residual(const Tensor& prediction, const Tensor& measured);

}  // namespace sgilo
