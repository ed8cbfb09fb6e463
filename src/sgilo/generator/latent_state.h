// The variables of one stage of a generator, in the standardised coordinates in which solvers move
// (docs/mathematics.md).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// What a variable is to the generator, and by which a prior of it is found: the activations of a
// layer, the generator's own code (style rows, latent vector), an input of noise.
enum class Role { layer, code, noise };
template <>
struct EnumWords<Role> {
  static constexpr std::array<std::string_view, 3> words{"layer", "code", "noise"};
};

struct Variable {
  std::string
      name;  // of its random streams and its place in files: "features", "styles", "noise_0"
  Role role;
  Tensor value;  // [N, ...], one row per chain of an image
};

// Variables in a fixed order; at most one is a layer, at most one a code. StyleGAN2: "features" (the
// layer's activations, with the upsampled skip image as three more channels), "styles" (Gaussianised
// rows), "noise_0", "noise_1", ...
struct LatentState {
  int layer = 0;
  std::vector<Variable> variables;

  bool has(std::string_view name) const;
  bool has(Role role) const;
  const Tensor& at(std::string_view name) const;  // throws ConfigError naming what is known
  Tensor& at(std::string_view name);
  const Tensor& at(Role role) const;  // the first of this role; throws ConfigError without one
  Tensor& at(Role role);
  std::int64_t rows() const;

  LatentState detached() const;                       // the same values, no history
  LatentState requiring_gradients() const;            // detached leaves that collect gradients
  LatentState select_rows(const Tensor& rows) const;  // rows: int64
  static LatentState concatenated(const std::vector<LatentState>& parts);
};

// The state with every variable x replaced by transform(x).
template <class Transform>
LatentState mapped(const LatentState& state, const Transform& transform) {
  LatentState out{state.layer, {}};
  for (const Variable& x : state.variables) out.variables.push_back({x.name, x.role, transform(x)});
  return out;
}

}  // namespace sgilo
