#include "sgilo/core/state_dict.h"

#include "sgilo/core/error.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"

namespace sgilo {

StateDict with_prefix_removed(const StateDict& state, std::string_view prefix) {
  StateDict out;
  for (const auto& [name, tensor] : state)
    if (name.compare(0, prefix.size(), prefix) == 0) out[name.substr(prefix.size())] = tensor;
  return out;
}

StateDict with_prefix(const StateDict& state, std::string_view prefix) {
  StateDict out;
  for (const auto& [name, tensor] : state) out[std::string(prefix) + name] = tensor;
  return out;
}

StateDict state_of(const torch::nn::Module& module) {
  StateDict out;
  for (const auto& item : module.named_parameters()) out[item.key()] = item.value().detach();
  for (const auto& item : module.named_buffers()) out[item.key()] = item.value().detach();
  return out;
}

namespace {

// Whether they are whole numbers that the type of a weight holds exactly.
bool are_whole_numbers_of(torch::ScalarType type, const Tensor& value) {
  return torch::isIntegralType(value.scalar_type(), false) &&
         torch::equal(value.to(type).to(value.scalar_type()), value);
}

// Every tensor of the module must be in `state` with its shape, and no other.
void require_same_tensors(const StateDict& own, const StateDict& state) {
  for (const auto& [name, tensor] : own) {
    const Tensor& value = require_tensor(state, name);
    if (value.sizes() != tensor.sizes())
      throw FormatError(concat("tensor '", name, "' must have shape ", shape_text(tensor.sizes()),
                               ", but has ", shape_text(value.sizes())));
    if (tensor.is_floating_point() && !are_whole_numbers_of(tensor.scalar_type(), value))
      require_real_numbers(value, concat("tensor '", name, "'"));
  }
  for (const auto& [name, tensor] : state)
    if (!own.count(name))
      throw FormatError(concat("tensor '", name, "' belongs to no part of the network"));
}

}  // namespace

void load_state(torch::nn::Module& module, const StateDict& state) {
  StateDict own = state_of(module);
  require_same_tensors(own, state);
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : own) tensor.copy_(state.at(name));
}

void adopt_state(torch::nn::Module& module, StateDict state) {
  require_same_tensors(state_of(module), state);
  const auto adopt = [&](auto items) {
    for (auto& item : items) {
      Tensor& own = item.value();
      own.set_data(state.at(item.key()).detach().to(own.scalar_type()));
    }
  };
  adopt(module.named_parameters());
  adopt(module.named_buffers());
}

const Tensor& require_tensor(const StateDict& state, const std::string& name) {
  const auto it = state.find(name);
  if (it == state.end()) throw FormatError(concat("tensor '", name, "' is missing"));
  return it->second;
}

}  // namespace sgilo
