#include "sgilo/models/model_error.h"

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

double checked(const Json& value, const std::string& kind) {
  if (!value.is_number() || !(value.get<double>() >= 0))
    throw FormatError(concat("model_error must be a number of at least 0 for '", kind, "', but is ",
                             value.dump()));
  return value.get<double>();
}

}  // namespace

ModelError::ModelError(const Json& stated) {
  if (stated.is_null()) return;
  if (!stated.is_object()) {
    default_ = checked(stated, "default");
    return;
  }
  for (const auto& [kind, value] : stated.items()) by_kind_[kind] = checked(value, kind);
  if (const auto found = by_kind_.find("default"); found != by_kind_.end())
    default_ = found->second;
}

double ModelError::of(const ForwardOperator& forward_operator) const {
  const auto found = by_kind_.find(forward_operator.options().value("kind", ""));
  return found == by_kind_.end() ? default_ : found->second;
}

}  // namespace sgilo
