// The values of a pickle as Python has them: calls with their arguments, dictionaries, lists and short
// bytes, in whichever of the ways that pickles know they were written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sgilo/checkpoint/byte_source.h"
#include "sgilo/checkpoint/pickle_document.h"

namespace sgilo {

struct PickleView {
  using Ref = PickleRef;
  using Kind = PickleKind;
  using Pairs = std::vector<std::pair<Ref, Ref>>;
  static constexpr std::size_t kLongestKey = 64;  // bytes of a key of bytes that are shown

  const PickleDocument& document;
  const Bytes& bytes;  // where the document's byte strings lie
  std::string file;    // for messages

  // "f.pt: G.w has .. (byte 12)" of the value `ref`, under the name `path` where it has one.
  [[noreturn]] void fail(Ref ref, const std::string& path, std::string_view text) const;

  // The call's name where the object stands for one: "torch._utils._rebuild_tensor_v2".
  const std::string& call_of(Ref ref) const { return document.class_name(ref); }
  bool is_call(Ref ref, std::string_view name) const { return call_of(ref) == name; }
  const std::vector<Ref>& arguments(Ref ref) const {
    return document.items(document.object(ref).arguments);
  }

  // Key and value pairs of a dictionary, an OrderedDict (built from pairs, or entered one by one)
  // or a dictionary-like object; nothing for other values.
  std::optional<Pairs> pairs(Ref ref) const;
  // The items of a list, tuple, set or deque, in whatever way it was made; nothing for others.
  std::optional<std::vector<Ref>> items_of(Ref ref) const;
  // The value of a text key; the last one of that name, as in Python.
  std::optional<Ref> value_of(const Pairs& pairs, std::string_view key) const;
  // The bytes of a value of bytes, of which there are at most kLongestKey.
  std::optional<std::string> short_bytes(Ref ref) const;

 private:
  bool is_sequence_call(Ref ref) const;
  std::vector<Ref> sequence(Ref ref) const;
};

}  // namespace sgilo
