// The states of solvers as named tensors and JSON, driven by their own fields() tables: saving,
// loading and checking follow from the table. Fields are numbers, tensors whose first axis are the
// state's rows, variables of a stage, lists of keys or texts, and structs of those.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/generator/latent_state.h"
#include "sgilo/solvers/row_key.h"

namespace sgilo {

struct SavedFields {
  StateDict tensors;
  Json values = Json::object();
};

namespace fields_detail {

inline void put(const std::string& name, const Tensor& value, SavedFields& out) {
  if (value.defined()) out.tensors[name] = value.detach();
}
inline void put(const std::string& name, std::int64_t value, SavedFields& out) {
  out.values[name] = value;
}
inline void put(const std::string& name, const std::vector<std::string>& value, SavedFields& out) {
  out.values[name] = value;
}
inline void put(const std::string& name, const std::vector<RowKey>& value, SavedFields& out) {
  Json list = Json::array();
  for (const RowKey& row : value) list.push_back({row.image, row.chain});
  out.values[name] = list;
}
inline void put(const std::string& name, const LatentState& value, SavedFields& out) {
  Json variables = Json::array();
  for (const Variable& x : value.variables) {
    variables.push_back({x.name, word_of(x.role)});
    put(name + "." + x.name, x.value, out);
  }
  out.values[name] = {{"layer", value.layer}, {"variables", variables}};
}
template <Options S>
void put(const std::string& name, const S& value, SavedFields& out) {
  std::apply(
      [&](const auto&... f) {
        (put(name.empty() ? std::string(f.name) : concat(name, ".", f.name), value.*(f.member),
             out),
         ...);
      },
      S::fields());
}

// What a place of a saved state may hold is checked by the types of JSON and by `rows`.
struct Source {
  const SavedFields& saved;
  std::int64_t rows;

  const Json& value(const std::string& name) const {
    const auto found = saved.values.find(name);
    if (found == saved.values.end()) throw FormatError(concat("entry '", name, "' is missing"));
    return *found;
  }
  Tensor tensor(const std::string& name) const {
    const Tensor& x = require_tensor(saved.tensors, name);
    if (x.dim() == 0 || x.size(0) != rows)
      throw FormatError(concat("tensor '", name, "' must have ", rows, " rows"));
    return x;
  }
};

inline void take(const std::string& name, Tensor& value, const Source& from) {
  if (from.saved.tensors.contains(name)) value = from.tensor(name);  // else never set
}
inline void take(const std::string& name, std::int64_t& value, const Source& from) {
  value_from_json(from.value(name), value, name, name);
}
inline void take(const std::string& name, std::vector<std::string>& value, const Source& from) {
  value_from_json(from.value(name), value, name, name);
}
inline void take(const std::string& name, std::vector<RowKey>& value, const Source& from) {
  std::vector<std::vector<std::int64_t>> pairs;
  value_from_json(from.value(name), pairs, name, name);
  value.clear();
  for (const auto& pair : pairs) {
    if (pair.size() != 2 || pair[0] < 0 || pair[1] < 0)
      throw FormatError(concat("entry '", name, "' must hold pairs of image and chain"));
    value.push_back({static_cast<std::uint64_t>(pair[0]), static_cast<std::uint64_t>(pair[1])});
  }
}
inline void take(const std::string& name, LatentState& value, const Source& from) {
  const Json& json = from.value(name);
  if (!json.is_object() || !json.contains("layer") || !json.contains("variables"))
    throw FormatError(concat("entry '", name, "' must state a layer and its variables"));
  value_from_json(json["layer"], value.layer, "layer", name + ".layer");
  std::vector<std::vector<std::string>> variables;
  value_from_json(json["variables"], variables, "variables", name + ".variables");
  value.variables.clear();
  for (const auto& pair : variables) {
    if (pair.size() != 2)
      throw FormatError(concat("entry '", name, "' must name each variable and its role"));
    value.variables.push_back(
        {pair[0], from_word<Role>("role", pair[1]), from.tensor(name + "." + pair[0])});
  }
}
template <Options S>
void take(const std::string& name, S& value, const Source& from) {
  std::apply(
      [&](const auto&... f) {
        (take(name.empty() ? std::string(f.name) : concat(name, ".", f.name), value.*(f.member),
              from),
         ...);
      },
      S::fields());
}

}  // namespace fields_detail

template <Options S>
SavedFields save_fields(const S& state) {
  SavedFields out;
  fields_detail::put("", state, out);
  return out;
}

// Throws FormatError or ConfigError, naming the entry or tensor that is missing or does not fit
// `rows`.
template <Options S>
S load_fields(const SavedFields& saved, std::int64_t rows) {
  S state;
  fields_detail::take("", state, fields_detail::Source{saved, rows});
  return state;
}

}  // namespace sgilo
