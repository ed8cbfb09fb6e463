// Operators one after the other: `a|b` measures b(a(x)). Each part takes as its image what the part
// before it leaves.
#pragma once

#include <memory>
#include <vector>

#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/operator_state.h"

namespace sgilo {

struct ChainOptions {
  Json parts = Json::array();
  using Operator = class Composition;
  static constexpr std::string_view kind = "chain";
  static constexpr auto fields() {
    return std::tuple{
        field("parts", &ChainOptions::parts, "operators in the order in which they act",
              Check<Json>{"a list of operators",
                          [](const Json& parts) { return parts.is_array() && !parts.empty(); }})};
  }
};

// Drawn at random as soon as one part is; its observed file is that of the part that leaves the
// least of a picture.
OperatorTraits traits_of(const ChainOptions& options);

// "0.mask", "1.filter", ...: the number of the part first.
StateDict draw_state(const ChainOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles& files);

class Composition : public ForwardOperator {
 public:
  Composition(const ChainOptions& options, Shape image_shape, const StateDict& state);

  bool linear() const override;
  std::string describe() const override;  // "downsample (...) | grayscale"
  Json options() const override;
  StateDict state() const override;

 private:
  Tensor measure(const Tensor& image) const override;
  Tensor picture_of(const Tensor& measurements) const override;  // each part's, the last first

  std::vector<std::unique_ptr<ForwardOperator>> parts_;
};

}  // namespace sgilo
