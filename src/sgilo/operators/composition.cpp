#include "sgilo/operators/composition.h"

#include <algorithm>

#include "sgilo/operators/make_operator.h"

namespace sgilo {

OperatorTraits traits_of(const ChainOptions& options) {
  OperatorTraits all{.observed_file = ObservedFile::measurement};
  for (const Json& json : options.parts) {
    const OperatorTraits part = traits_of(read_operator(json));
    all.drawn_at_random = all.drawn_at_random || part.drawn_at_random;
    all.observed_file = std::min(all.observed_file, part.observed_file);
  }
  return all;
}

StateDict draw_state(const ChainOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles& files) {
  StateDict state;
  Shape shape = image_shape;
  for (std::size_t i = 0; i < options.parts.size(); ++i) {
    const auto part =
        make_operator(read_operator(options.parts[i]), shape, streams.child("part", i), files);
    state.merge(with_prefix(part->state(), concat(i, ".")));
    shape = part->measurement_shape();
  }
  return state;
}

Composition::Composition(const ChainOptions& options, Shape image_shape, const StateDict& state)
    : ForwardOperator(std::move(image_shape)) {
  Shape shape = this->image_shape();
  for (std::size_t i = 0; i < options.parts.size(); ++i) {
    parts_.push_back(build_operator(read_operator(options.parts[i]), shape,
                                    with_prefix_removed(state, concat(i, "."))));
    shape = parts_.back()->measurement_shape();
  }
}

Tensor Composition::measure(const Tensor& image) const {
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

Tensor Composition::picture_of(const Tensor& measurements) const {
  Tensor value = measurements;
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) value = (*part)->picture(value);
  return value;
}

}  // namespace sgilo
