// How far a generator is from the images of its kind, as a model says it of itself: a standard
// deviation in units of the measurements, one for all operators or one for each kind.
#pragma once

#include <map>
#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/operators/forward_operator.h"

namespace sgilo {

class ModelError {
 public:
  ModelError() = default;  // nothing is known: 0
  // 0.05, or {"inpaint": 0.05, "default": 0.02}; null: nothing. Throws FormatError for anything else.
  explicit ModelError(const Json& stated);

  double of(const ForwardOperator& forward_operator) const;

 private:
  std::map<std::string, double> by_kind_;
  double default_ = 0;
};

}  // namespace sgilo
