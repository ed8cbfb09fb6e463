#include "sgilo/generator/latent_state.h"

#include <algorithm>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

template <class Transform>
LatentState transformed(const LatentState& state, Transform transform) {
  LatentState out{state.layer, {}};
  for (const auto& [name, value] : state.variables)
    out.variables.emplace_back(name, transform(value));
  return out;
}

}  // namespace

bool LatentState::has(std::string_view name) const {
  return std::any_of(variables.begin(), variables.end(),
                     [&](const auto& v) { return v.first == name; });
}

const Tensor& LatentState::at(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& [own, value] : variables) {
    if (own == name) return value;
    known.push_back(own);
  }
  throw ConfigError(unknown_name(concat("variable of layer ", layer), name, known));
}

Tensor& LatentState::at(std::string_view name) {
  return const_cast<Tensor&>(std::as_const(*this).at(name));
}

std::int64_t LatentState::rows() const {
  return variables.empty() ? 0 : variables.front().second.size(0);
}

LatentState LatentState::detached() const {
  return transformed(*this, [](const Tensor& value) { return value.detach(); });
}

LatentState LatentState::requiring_gradients() const {
  return transformed(*this,
                     [](const Tensor& value) { return value.detach().requires_grad_(true); });
}

LatentState LatentState::select_rows(const Tensor& rows) const {
  return transformed(
      *this, [&](const Tensor& value) { return value.index_select(0, rows.to(value.device())); });
}

LatentState LatentState::concatenated(const std::vector<LatentState>& parts) {
  LatentState out = parts.at(0);
  for (std::size_t i = 0; i < out.variables.size(); ++i) {
    std::vector<Tensor> values;
    for (const LatentState& part : parts) values.push_back(part.variables.at(i).second);
    out.variables[i].second = torch::cat(values);
  }
  return out;
}

}  // namespace sgilo
