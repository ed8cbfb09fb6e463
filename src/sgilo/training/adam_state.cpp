#include "sgilo/training/adam_state.h"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

using ParameterState = torch::optim::AdamParamState;

// libtorch 1.13 finds a parameter's state by the text of its address, 2.x by the address.
template <class States>
auto key_of(const States&, const Tensor& parameter) {
  using Key = typename States::key_type;
  if constexpr (std::is_same_v<Key, std::string>)
    return concat(parameter.unsafeGetTensorImpl());
  else
    return static_cast<Key>(parameter.unsafeGetTensorImpl());
}

Tensor taken(StateDict& left, const std::string& name, const Tensor& like) {
  const Tensor tensor = require_tensor(left, name);
  left.erase(name);
  if (tensor.sizes() != like.sizes() || tensor.scalar_type() != like.scalar_type())
    throw FormatError(concat("tensor '", name, "' must be of type ", like.scalar_type(),
                             " and shape ", shape_text(like.sizes()), ", but is of type ",
                             tensor.scalar_type(), " and shape ", shape_text(tensor.sizes())));
  return tensor;
}

}  // namespace

StateDict adam_state(const torch::optim::Adam& adam, const torch::nn::Module& module) {
  StateDict out;
  for (const auto& item : module.named_parameters()) {
    const Tensor& parameter = item.value();
    const auto found = adam.state().find(key_of(adam.state(), parameter));
    const bool has = found != adam.state().end();
    const auto* state = has ? static_cast<const ParameterState*>(found->second.get()) : nullptr;
    const auto moment = [&](const Tensor& tensor) { return tensor.detach().clone(); };
    out[item.key() + ".step"] = torch::tensor(has ? state->step() : 0, torch::kInt64);
    out[item.key() + ".exp_avg"] =
        has ? moment(state->exp_avg()) : torch::zeros_like(parameter.detach());
    out[item.key() + ".exp_avg_sq"] =
        has ? moment(state->exp_avg_sq()) : torch::zeros_like(parameter.detach());
  }
  return out;
}

void load_adam_state(torch::optim::Adam& adam, const torch::nn::Module& module,
                     const StateDict& state, std::int64_t steps) {
  StateDict left = state;
  std::int64_t most = 0;
  adam.state().clear();
  for (const auto& item : module.named_parameters()) {
    const Tensor& parameter = item.value();
    const std::string& name = item.key();
    const auto step = taken(left, name + ".step", torch::empty({}, torch::kInt64));
    const Tensor mean = taken(left, name + ".exp_avg", parameter);
    const Tensor square = taken(left, name + ".exp_avg_sq", parameter);
    const auto taken_steps = step.item<std::int64_t>();
    if (taken_steps < 0 || taken_steps > 2 * steps)
      throw FormatError(concat("tensor '", name, ".step' must be from 0 to ", 2 * steps, " after ",
                               steps, " steps of training, but is ", taken_steps));
    if ((square < 0).any().item<bool>())
      throw FormatError(concat("tensor '", name, ".exp_avg_sq' must not be negative, but is"));
    most = std::max(most, taken_steps);
    if (taken_steps == 0) continue;
    auto own = std::make_unique<ParameterState>();
    own->step(taken_steps);
    own->exp_avg(mean.to(parameter.device(), mean.scalar_type(), false, /*copy=*/true));
    own->exp_avg_sq(square.to(parameter.device(), square.scalar_type(), false, /*copy=*/true));
    adam.state()[key_of(adam.state(), parameter)] = std::move(own);
  }
  if (!left.empty())
    throw FormatError(
        concat("tensor '", left.begin()->first, "' belongs to no parameter of the network"));
  if (most < steps)
    throw FormatError(concat("the optimiser must have taken at least the ", steps,
                             " steps of the training, but took ", most));
}

}  // namespace sgilo
