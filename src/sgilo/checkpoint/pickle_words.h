// The names and plain values of a pickle, as texts and JSON. Shared values are written each time that
// they are walked, so that what they take in all is counted and limited by the file's size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sgilo/checkpoint/pickle_view.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/torch.h"

namespace sgilo {

class PickleWords {
 public:
  explicit PickleWords(const PickleView& view);

  // A key as Python writes it; a text that can be printed is its own name.
  std::string key_name(PickleRef ref);
  // The names of a dictionary's keys. One that is no text, but reads like one that is, gets its
  // kind in front: of {7: a, "7": b} the first is "number 7".
  std::vector<std::string> key_names(const PickleView::Pairs& pairs);
  // "path.key", or "key" without a path; `ref` is what an error is of.
  std::string joined(const std::string& path, const std::string& key, PickleRef ref);
  // A plain value, or what it is in parentheses; long texts and lists as their length.
  Json json(PickleRef ref);

  // Counts bytes of what is made of a value; throws FormatError where all are too many.
  void spend(PickleRef ref, std::uint64_t bytes);

 private:
  std::string written(PickleRef ref);
  std::string kind_name(PickleRef ref) const;
  Json json_of_object(PickleRef ref);
  Json list(const std::vector<PickleRef>& items);
  std::string plain_value(PickleRef ref);
  Json numpy_scalar(PickleRef ref) const;

  const PickleView& view_;
  std::uint64_t most_bytes_, spent_bytes_ = 0;
};

// The type of a NumPy array's numbers, dtype('f4') with the state (3, '<', ..); nothing for others.
std::optional<torch::ScalarType> numpy_type(const PickleView& view, PickleRef ref);

}  // namespace sgilo
