#include "sgilo/generator/latent_state.h"

#include <algorithm>

#include "sgilo/core/error.h"

namespace sgilo {

bool LatentState::has(std::string_view name) const {
  return std::any_of(variables.begin(), variables.end(),
                     [&](const Variable& x) { return x.name == name; });
}

bool LatentState::has(Role role) const {
  return std::any_of(variables.begin(), variables.end(),
                     [&](const Variable& x) { return x.role == role; });
}

const Tensor& LatentState::at(std::string_view name) const {
  std::vector<std::string> known;
  for (const Variable& x : variables) {
    if (x.name == name) return x.value;
    known.push_back(x.name);
  }
  throw ConfigError(unknown_name(concat("variable of layer ", layer), name, known));
}

Tensor& LatentState::at(std::string_view name) {
  return const_cast<Tensor&>(std::as_const(*this).at(name));
}

const Tensor& LatentState::at(Role role) const {
  for (const Variable& x : variables)
    if (x.role == role) return x.value;
  throw ConfigError(
      concat("stage ", layer, " of the generator has no variable that is a ", word_of(role)));
}

Tensor& LatentState::at(Role role) { return const_cast<Tensor&>(std::as_const(*this).at(role)); }

std::int64_t LatentState::rows() const {
  return variables.empty() ? 0 : variables.front().value.size(0);
}

LatentState LatentState::detached() const {
  return mapped(*this, [](const Variable& x) { return x.value.detach(); });
}

LatentState LatentState::requiring_gradients() const {
  return mapped(*this, [](const Variable& x) { return x.value.detach().requires_grad_(true); });
}

LatentState LatentState::select_rows(const Tensor& rows) const {
  return mapped(
      *this, [&](const Variable& x) { return x.value.index_select(0, rows.to(x.value.device())); });
}

LatentState LatentState::concatenated(const std::vector<LatentState>& parts) {
  LatentState out = parts.at(0);
  for (std::size_t i = 0; i < out.variables.size(); ++i) {
    std::vector<Tensor> values;
    for (const LatentState& part : parts) values.push_back(part.variables.at(i).value);
    out.variables[i].value = torch::cat(values);
  }
  return out;
}

}  // namespace sgilo
