#include "sgilo/operators/composition.h"

#include <algorithm>

namespace sgilo {

Composition::Composition(std::vector<std::unique_ptr<ForwardOperator>> parts)
    : ForwardOperator(parts.at(0)->image_shape()), parts_(std::move(parts)) {}

Tensor Composition::apply(const Tensor& image) const {
  Tensor value = image;
  for (const auto& part : parts_) value = part->apply(value);
  return value;
}

bool Composition::linear() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->linear(); });
}

std::string Composition::describe() const {
  std::vector<std::string> texts;
  for (const auto& part : parts_) texts.push_back(part->describe());
  return join(texts, " | ");
}

Json Composition::options() const {
  ChainOptions options;
  for (const auto& part : parts_) options.parts.push_back(part->options());
  return options_with_kind(options);
}

StateDict Composition::state() const {
  StateDict state;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    state.merge(with_prefix(parts_[i]->state(), concat(i, ".")));
  return state;
}

Tensor Composition::picture(const Tensor& measurements) const {
  Tensor value = measurements;
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) value = (*part)->picture(value);
  return value;
}

}  // namespace sgilo
