// Operators one after the other: `a|b` measures b(a(x)). Each part takes as its image what the part
// before it leaves.
#pragma once

#include <memory>

#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct ChainOptions {
  Json parts = Json::array();
  static constexpr std::string_view kind = "chain";
  static constexpr auto fields() {
    return std::tuple{
        field("parts", &ChainOptions::parts, "operators in the order in which they act",
              Check<Json>{"a list of operators",
                          [](const Json& parts) { return parts.is_array() && !parts.empty(); }})};
  }
};

class Composition : public ForwardOperator {
 public:
  explicit Composition(std::vector<std::unique_ptr<ForwardOperator>> parts);  // at least one

  Tensor apply(const Tensor& image) const override;
  bool linear() const override;
  std::string describe() const override;  // "downsample (...) | grayscale"
  Json options() const override;
  StateDict state() const override;  // "0.mask", "1.filter", ...: the number of the part first
  Tensor picture(const Tensor& measurements) const override;  // each part's picture, the last first

 private:
  std::vector<std::unique_ptr<ForwardOperator>> parts_;
};

}  // namespace sgilo
