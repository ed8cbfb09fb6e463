#include "sgilo/checkpoint/torch_pickle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/pickle_calls.h"
#include "sgilo/checkpoint/pickle_text.h"
#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

constexpr std::size_t kMostValues = 100'000;  // plain values that are kept
constexpr std::size_t kLongestValue = 4096;   // bytes of a text that is kept whole
constexpr std::size_t kLongestList = 4096;    // numbers of a list that is kept whole
constexpr std::size_t kLongestName = 4096;    // of a tensor
constexpr std::size_t kLongestKey = 64;       // bytes of a key of bytes that are shown
// Names and values may take this many bytes for each of the file's, and those besides.
constexpr std::uint64_t kExpansion = 16, kAlwaysAccepted = 16 << 20;

struct StorageClass {
  std::string_view name;
  torch::ScalarType type;
};
constexpr std::array<StorageClass, 13> kStorageClasses{{
    {"torch.FloatStorage", torch::kFloat32},
    {"torch.DoubleStorage", torch::kFloat64},
    {"torch.HalfStorage", torch::kFloat16},
    {"torch.BFloat16Storage", torch::kBFloat16},
    {"torch.LongStorage", torch::kInt64},
    {"torch.IntStorage", torch::kInt32},
    {"torch.ShortStorage", torch::kInt16},
    {"torch.CharStorage", torch::kInt8},
    {"torch.ByteStorage", torch::kUInt8},
    {"torch.BoolStorage", torch::kBool},
    {"torch.ComplexFloatStorage", torch::kComplexFloat},
    {"torch.ComplexDoubleStorage", torch::kComplexDouble},
    {"torch.storage.UntypedStorage", torch::kUInt8},
}};

std::string storage_class_names() {
  std::vector<std::string> names;
  for (const StorageClass& known : kStorageClasses) names.emplace_back(known.name);
  return join(names);
}

// Fields of nn.Module that are no attributes of the user's.
bool is_module_machinery(const std::string& name) {
  return name == "training" || name == "_non_persistent_buffers_set" ||
         name == "_is_full_backward_hook" || name == "_init_args" || name.ends_with("_hooks") ||
         name.ends_with("_hooks_with_kwargs") || name.ends_with("_hooks_always_called") ||
         name.starts_with("_orig_");
}

}  // namespace

StorageIdentity storage_identity(const PickleDocument& document, PickleRef persistent,
                                 const std::string& where) {
  const PickleRef tuple = document.identity(persistent);
  const auto fail = [&](const std::string& text) {
    throw format_error(where, concat(text, " (byte ", document.position(persistent), ")"));
  };
  const auto count_of = [&](PickleRef ref) {
    if (!document.is(ref, PickleKind::integer) || document.integer(ref) < 0)
      fail("a storage's count must be a whole number from 0");
    return static_cast<std::uint64_t>(document.integer(ref));
  };
  if (!document.is(tuple, PickleKind::tuple) || document.items(tuple).size() < 5 ||
      document.items(tuple).size() > 6)
    fail(concat("a persistent value must be ('storage', class, key, location, count), but is ",
                document.describe(tuple)));
  const auto& items = document.items(tuple);
  if (!document.is(items[0], PickleKind::text) || document.text(items[0]) != "storage" ||
      !document.is(items[1], PickleKind::global) || !document.is(items[2], PickleKind::text) ||
      !document.is(items[3], PickleKind::text))
    fail("a persistent value must be ('storage', class, key, location, count)");
  StorageIdentity identity;
  const std::string& name = document.text(items[1]);
  bool known = false;
  for (const StorageClass& storage : kStorageClasses)
    if (storage.name == name) {
      identity.type = storage.type;
      known = true;
    }
  if (!known)
    fail(concat("the storage class '", name, "' is unknown; known: ", storage_class_names()));
  identity.key = document.text(items[2]);
  identity.count = count_of(items[4]);
  if (identity.count > std::numeric_limits<std::int64_t>::max() / 8)
    fail(concat("a storage of ", identity.count, " numbers is too large"));
  if (items.size() == 6 && !document.is(items[5], PickleKind::none)) {
    const bool view =
        document.is(items[5], PickleKind::tuple) && document.items(items[5]).size() == 3;
    if (!view || !document.is(document.items(items[5])[0], PickleKind::text))
      fail("a storage's view must be (key, offset, count)");
    const auto& parts = document.items(items[5]);
    identity.view_key = document.text(parts[0]);
    identity.view_offset = count_of(parts[1]);
    identity.view_count = count_of(parts[2]);
    if (identity.view_offset > identity.count ||
        identity.view_count > identity.count - identity.view_offset)
      fail("a storage's view leaves it");
  }
  return identity;
}

namespace {

class TorchPickle {
 public:
  TorchPickle(const PickleDocument& document, const Bytes& bytes, const StorageFinder& find,
              const PickleOptions& options, Checkpoint& checkpoint)
      : document_(document),
        bytes_(bytes),
        find_(find),
        options_(options),
        checkpoint_(checkpoint),
        file_(checkpoint.path.string()),
        most_bytes_(kExpansion * bytes->size() + kAlwaysAccepted),
        only_values_(document.count(), Known::no) {}

  void enter() {
    enter(document_.root, "");
    if (values_left_out_ > 0)
      checkpoint_.notes.push_back(concat("of the plain values beside the tensors the first ",
                                         kMostValues, " are kept, ", values_left_out_,
                                         " are left out"));
    if (const std::size_t count = checkpoint_.unread.size(); count > 0)
      checkpoint_.notes.push_back(
          concat(count, count == 1 ? " array" : " arrays",
                 " of NumPy of texts, objects or another type ", count == 1 ? "is" : "are",
                 " not read: '", checkpoint_.unread.begin()->first, "'", count > 1 ? ", .." : ""));
    note_tensors_left_out();
  }

 private:
  using Ref = PickleRef;
  using Kind = PickleKind;

  [[noreturn]] void fail(Ref ref, const std::string& path, std::string_view text) const {
    throw format_error(file_, concat(path.empty() ? "" : path + " ", text, " (byte ",
                                     document_.position(ref), ")"));
  }

  // The call's name where the object stands for one: "torch._utils._rebuild_tensor_v2".
  const std::string& call_of(Ref ref) const { return document_.class_name(ref); }
  bool is_call(Ref ref, std::string_view name) const { return call_of(ref) == name; }
  bool is_tensor(Ref ref) const {
    return is_call(ref, "torch._utils._rebuild_tensor_v2") || is_wrapped_tensor(ref) ||
           is_call(ref, "torch._utils._rebuild_tensor");
  }
  // Whose first argument, or (of a subclass) third, says of what it is made.
  bool is_wrapped_tensor(Ref ref) const {
    return is_call(ref, "torch._utils._rebuild_parameter") ||
           is_call(ref, "torch._utils._rebuild_parameter_with_state") || is_tensor_subclass(ref);
  }
  bool is_tensor_subclass(Ref ref) const {
    return is_call(ref, "torch._tensor._rebuild_from_type_v2");
  }
  const std::vector<Ref>& arguments(Ref ref) const {
    return document_.items(document_.object(ref).arguments);
  }

  // A key as Python writes it; a text that can be printed is its own name.
  std::string key_name(Ref ref) {
    if (!document_.is(ref, Kind::text)) return written(ref);
    const std::string& text = document_.text(ref);
    spend(ref, text.size());
    return !text.empty() && is_printable(text) ? text : written(ref);
  }
  std::string written(Ref ref) {
    spend(ref, sizeof(Ref));
    switch (document_.kind(ref)) {
      case Kind::none:
        return "none";
      case Kind::boolean:
        return document_.boolean(ref) ? "true" : "false";
      case Kind::integer:
        return concat(document_.integer(ref));
      case Kind::real:
        return std::isfinite(document_.real(ref)) ? Json(document_.real(ref)).dump()
                                                  : concat(document_.real(ref));
      case Kind::big_integer:
      case Kind::global:
        return document_.text(ref);
      case Kind::text:
        spend(ref, document_.text(ref).size());
        return concat("'", escaped(document_.text(ref)), "'");
      case Kind::tuple: {
        std::string out = "(";
        for (const Ref item : document_.items(ref)) {
          if (out.size() > 1) out += ", ";
          out += written(item);
        }
        return out += document_.items(ref).size() == 1 ? ",)" : ")";
      }
      default:
        if (const auto bytes = short_bytes(ref)) return concat("b'", quoted(*bytes), "'");
        return concat(document_.is(ref, Kind::object) && !call_of(ref).empty()
                          ? call_of(ref)
                          : std::string(word_of(document_.kind(ref))),
                      " at byte ", document_.position(ref));
    }
  }
  // The names of a dictionary's keys. One that is no text, but reads like one that is, gets its
  // kind in front: of {7: a, "7": b} the first is "number 7".
  std::vector<std::string> key_names(const std::vector<std::pair<Ref, Ref>>& pairs) {
    std::vector<std::string> names;
    std::set<std::string_view> texts;
    bool mixed = false;
    for (const auto& [key, value] : pairs) {
      names.push_back(key_name(key));
      mixed = mixed || !document_.is(key, Kind::text);
    }
    if (!mixed) return names;
    for (const auto& [key, value] : pairs)
      if (document_.is(key, Kind::text)) texts.insert(document_.text(key));
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!document_.is(pairs[i].first, Kind::text) && texts.count(names[i]))
        names[i] = concat(kind_name(pairs[i].first), " ", names[i]);
    return names;
  }
  std::string kind_name(Ref ref) const {
    const std::string_view word = word_of(document_.kind(ref));
    return std::string(word.starts_with("a ") ? word.substr(2) : word);
  }

  // The bytes of a value of bytes, of which there are at most kLongestKey.
  std::optional<std::string> short_bytes(Ref ref) const {
    if (document_.is(ref, Kind::bytes)) {
      const PickleSpan span = document_.span(ref);
      if (span.size > kLongestKey) return std::nullopt;
      std::string out(span.size, '\0');
      bytes_->read_at(span.offset, out.data(), out.size());
      return out;
    }
    // _codecs.encode(text, "latin1"): a byte for each character
    if (!is_call(ref, "_codecs.encode") || arguments(ref).empty() ||
        !document_.is(arguments(ref)[0], Kind::text))
      return std::nullopt;
    const std::string& text = document_.text(arguments(ref)[0]);
    return text.size() <= 2 * kLongestKey ? to_latin1(text) : std::nullopt;
  }
  static std::string quoted(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
      const bool plain = c >= 0x20 && c < 0x7F && c != '\'' && c != '\\';
      constexpr std::string_view digits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += plain ? std::string(1, c) : concat("\\x", digits[byte >> 4], digits[byte & 15]);
    }
    return out;
  }

  // Counts the bytes of what is made of the pickle's values, each time that shared ones are walked.
  void spend(Ref ref, std::uint64_t bytes) {
    spent_bytes_ += bytes;
    if (spent_bytes_ > most_bytes_)
      fail(ref, "",
           concat("the names and values would take more than ", most_bytes_,
                  " bytes when shared ones are counted each time, the most that are accepted of ",
                  bytes_->size(), " bytes"));
  }
  std::string joined(const std::string& path, const std::string& key, Ref ref) {
    std::string name = path.empty() ? key : path + "." + key;
    spend(ref, name.size());
    if (name.size() > kLongestName)
      fail(ref, name.substr(0, 80) + "..",
           concat("is a name of more than ", kLongestName, " characters"));
    return name;
  }

  // Key and value pairs of a dictionary, an OrderedDict (built from pairs, or entered one by one)
  // or a dictionary-like object; nothing for other values.
  std::optional<std::vector<std::pair<Ref, Ref>>> pairs(Ref ref) const {
    if (document_.is(ref, Kind::dict)) return document_.entries(ref);
    if (!document_.is(ref, Kind::object)) return std::nullopt;
    const bool ordered = is_call(ref, "collections.OrderedDict");
    const bool counter = is_call(ref, "collections.Counter");
    if (!ordered && !counter && !is_call(ref, "collections.defaultdict") &&
        !is_call(ref, "dnnlib.util.EasyDict"))
      return std::nullopt;
    std::vector<std::pair<Ref, Ref>> out;
    if ((ordered || counter) && !arguments(ref).empty()) {
      const Ref made_of = arguments(ref)[0];
      if (document_.is(made_of, Kind::dict)) {
        out = document_.entries(made_of);
      } else {  // OrderedDict([[key, value], ...])
        for (const Ref pair : sequence(made_of)) {
          const std::vector<Ref> two = sequence(pair);
          if (two.size() != 2) fail(ref, "", "a dictionary must be made of pairs");
          out.emplace_back(two[0], two[1]);
        }
      }
    }
    const auto& entered = document_.entries(ref);
    out.insert(out.end(), entered.begin(), entered.end());
    return out;
  }
  bool is_sequence_call(Ref ref) const {
    const std::string& call = call_of(ref);
    return call == "collections.deque" || call == "builtins.set" || call == "__builtin__.set" ||
           call == "builtins.frozenset" || call == "__builtin__.frozenset";
  }
  // The items of a list, tuple, set or deque, in whatever way it was made; nothing for others.
  std::optional<std::vector<Ref>> items_of(Ref ref) const {
    const Kind kind = document_.kind(ref);
    if (kind == Kind::list || kind == Kind::tuple || kind == Kind::set) return document_.items(ref);
    if (!is_sequence_call(ref)) return std::nullopt;
    std::vector<Ref> out;
    if (!arguments(ref).empty()) out = items_of(arguments(ref)[0]).value_or(out);
    const auto& appended = document_.items(ref);
    out.insert(out.end(), appended.begin(), appended.end());
    return out;
  }
  std::vector<Ref> sequence(Ref ref) const {
    if (document_.is(ref, Kind::list) || document_.is(ref, Kind::tuple))
      return document_.items(ref);
    fail(ref, "",
         concat("a dictionary must be made of pairs, but is made of ", document_.describe(ref)));
  }
  // The value of a text key; the last one of that name, as in Python.
  std::optional<Ref> value_of(const std::vector<std::pair<Ref, Ref>>& pairs,
                              std::string_view key) const {
    std::optional<Ref> found;
    for (const auto& [name, value] : pairs)
      if (document_.is(name, Kind::text) && document_.text(name) == key) found = value;
    return found;
  }

  // restore_type_tag(value, "Dict[str, Tensor]") and the typed lists of C++ stand for their value.
  bool is_tagged(Ref ref) const {
    return call_of(ref).starts_with("torch.jit._pickle.") && !arguments(ref).empty();
  }

  void enter(Ref ref, const std::string& path) {
    if (is_tagged(ref)) {
      enter(arguments(ref)[0], path);
    } else if (is_tensor(ref)) {
      enter_tensor(ref, path);
    } else if (is_numpy_array(ref)) {
      enter_numpy_array(ref, path);
    } else if (is_call(ref, "torch_utils.persistence._reconstruct_persistent_obj")) {
      enter_persistent_object(ref, path);
    } else if (const auto entries = pairs(ref)) {
      enter_pairs(*entries, path);
    } else if (holds_only_values(ref)) {
      enter_value(ref, path);
    } else if (const auto items = items_of(ref)) {
      enter_items(*items, path);
    } else if (document_.is(ref, Kind::persistent)) {
      enter_storage(ref, path);
    } else {
      enter_object(ref, path);
    }
  }
  void enter_pairs(const std::vector<std::pair<Ref, Ref>>& entries, const std::string& path) {
    const std::vector<std::string> names = key_names(entries);
    for (std::size_t i = 0; i < entries.size(); ++i)
      enter(entries[i].second, joined(path, names[i], entries[i].first));
  }
  void enter_items(const std::vector<Ref>& items, const std::string& path, std::size_t first = 0) {
    for (const Ref item : items) enter(item, joined(path, concat(first++), item));
  }

  // Whether no tensor, dictionary or object of an unknown class is in it. Each value is asked once.
  bool holds_only_values(Ref ref) {
    if (only_values_[ref] != Known::no) return only_values_[ref] == Known::only_values;
    bool only = true;
    if (const auto items = items_of(ref))
      only = std::all_of(items->begin(), items->end(),
                         [&](Ref item) { return holds_only_values(item); });
    else if (document_.is(ref, Kind::object))
      only = makes_plain_value(call_of(ref));
    else
      only = !document_.is(ref, Kind::dict) && !document_.is(ref, Kind::persistent);
    only_values_[ref] = only ? Known::only_values : Known::more;
    return only;
  }

  // {type, version, module_src, class_name, state} of the persistence of StyleGAN2-ADA.
  void enter_persistent_object(Ref ref, const std::string& path) {
    const auto meta = arguments(ref).size() == 1 ? pairs(arguments(ref)[0]) : std::nullopt;
    if (!meta) fail(ref, path, "is a persistent object without its dictionary");
    const auto name = value_of(*meta, "class_name"), state = value_of(*meta, "state");
    if (!name || !document_.is(*name, Kind::text) || !state)
      fail(ref, path, "is a persistent object without its class name or state");
    enter_class(ref, path, document_.text(*name));
    enter_state(*state, path);
  }
  void enter_class(Ref ref, const std::string& path, const std::string& name) {
    spend(ref, name.size());
    checkpoint_.classes[path] = name;
  }
  // What it was made of, its state, and what was added; each may hold tensors.
  void enter_object(Ref ref, const std::string& path) {
    enter_class(ref, path, call_of(ref));
    const PickleObject& object = document_.object(ref);
    const auto& made_of = arguments(ref);
    for (std::size_t i = 0; i < made_of.size(); ++i)
      if (!holds_only_values(made_of[i])) enter(made_of[i], joined(path, concat(i), made_of[i]));
    if (object.has_state) enter_state(object.state, path);
    enter_pairs(object.entries, path);
    enter_items(object.items, path, made_of.size());
  }
  // Attributes; of a module also its parameters, buffers and modules, under their own names.
  void enter_state(Ref state, const std::string& path) {
    const auto attributes = pairs(state);
    if (!attributes) {
      enter(state, joined(path, "state", state));
      return;
    }
    const std::vector<std::string> names = key_names(*attributes);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& [key, value] = (*attributes)[i];
      if (names[i] == "_parameters" || names[i] == "_buffers" || names[i] == "_modules") {
        if (!document_.is(value, Kind::none)) enter(value, path);
      } else if (!is_module_machinery(names[i])) {
        enter(value, joined(path, names[i], key));
      }
    }
  }

  // Plain values, for information; tensors do not depend on them.
  void enter_value(Ref ref, const std::string& path) {
    if (document_.is(ref, Kind::none) && path.ends_with(".bias")) return;  // an absent parameter
    // The limit of a generator's activations is part of the model, however many values there are.
    if (checkpoint_.values.size() < kMostValues || path.ends_with("conv_clamp"))
      checkpoint_.values[path.empty() ? "value" : path] = json(ref);
    else
      ++values_left_out_;
  }
  Json json(Ref ref) {
    spend(ref, sizeof(Json));
    switch (document_.kind(ref)) {
      case Kind::none:
        return nullptr;
      case Kind::boolean:
        return document_.boolean(ref);
      case Kind::integer:
        return document_.integer(ref);
      case Kind::real:
        return document_.real(ref);
      case Kind::big_integer:
        return document_.text(ref);
      case Kind::text: {
        const std::string& text = document_.text(ref);
        if (text.size() > kLongestValue) return concat("(a text of ", text.size(), " bytes)");
        spend(ref, text.size());
        return text;
      }
      case Kind::bytes:
        return concat("(", document_.span(ref).size, " bytes)");
      case Kind::tuple:
      case Kind::list:
      case Kind::set:
        return list(document_.items(ref));
      case Kind::object: {
        if (const auto items = items_of(ref)) return list(*items);
        if (is_call(ref, "torch.Size") && arguments(ref).size() == 1)
          return json(arguments(ref)[0]);
        if (call_of(ref).ends_with(".multiarray.scalar")) return numpy_scalar(ref);
        if (is_call(ref, "_codecs.encode") && !arguments(ref).empty() &&
            document_.is(arguments(ref)[0], Kind::text))
          return concat("(", characters_of(document_.text(arguments(ref)[0])), " bytes)");
        return plain_value(ref);
      }
      default:
        return concat("(", document_.describe(ref), ")");
    }
  }
  Json list(const std::vector<Ref>& items) {
    if (items.size() > kLongestList) return concat("(", items.size(), " items)");
    Json out = Json::array();
    for (const Ref item : items) out.push_back(json(item));
    return out;
  }
  // A path, a fraction, a decimal number or a date as its text, others as the call is written.
  std::string plain_value(Ref ref) {
    const std::string& call = call_of(ref);
    const auto& given = arguments(ref);
    const bool texts = std::all_of(given.begin(), given.end(),
                                   [&](Ref item) { return document_.is(item, Kind::text); });
    if (texts && !given.empty() && call.starts_with("pathlib.")) {
      std::filesystem::path path;
      for (const Ref part : given) path /= document_.text(part);
      spend(ref, path.native().size());
      return path.string();
    }
    if (texts && given.size() == 1) {
      spend(ref, document_.text(given[0]).size());
      return document_.text(given[0]);
    }
    if (given.size() == 1 && call.starts_with("datetime.date"))
      if (const auto bytes = short_bytes(given[0])) return date_text(*bytes);
    if (!makes_plain_value(call)) return concat("(an object of '", call, "')");
    if (call == "fractions.Fraction" && given.size() == 2)
      return concat(written(given[0]), "/", written(given[1]));
    std::vector<std::string> words;
    for (const Ref item : given) words.push_back(written(item));
    return concat(call, "(", join(words), ")");
  }
  // "2024-01-31", "2024-01-31 12:30:05": year in two bytes, month, day, hour, minute, second.
  static std::string date_text(const std::string& bytes) {
    if (bytes.size() != 4 && bytes.size() != 10)
      return concat("(a date of ", bytes.size(), " bytes)");
    const auto byte = [&](std::size_t at) { return int{static_cast<unsigned char>(bytes[at])}; };
    const auto two = [&](std::size_t at) { return concat(byte(at) < 10 ? "0" : "", byte(at)); };
    const std::string day = concat(byte(0) * 256 + byte(1), "-", two(2), "-", two(3));
    return bytes.size() == 4 ? day : concat(day, " ", two(4), ":", two(5), ":", two(6));
  }
  // numpy.core.multiarray.scalar(dtype('f8'), 8 bytes): the numbers of layers that NumPy computed.
  Json numpy_scalar(Ref ref) const {
    const auto& given = arguments(ref);
    const bool known = given.size() == 2 && numpy_type(given[0]) == torch::kFloat64 &&
                       document_.is(given[1], Kind::bytes) && document_.span(given[1]).size == 8;
    if (!known) return "(a number of NumPy)";
    double value = 0;
    bytes_->read_at(document_.span(given[1]).offset, &value, sizeof(value));
    return value;
  }

  // The arguments of _rebuild_tensor_v2 (of _rebuild_tensor: the first four) behind its wrappers.
  const std::vector<Ref>& tensor_arguments(Ref ref, const std::string& name) {
    entered_.insert(ref);
    if (!is_wrapped_tensor(ref)) return arguments(ref);
    const auto& given = arguments(ref);
    if (!is_tensor_subclass(ref)) {
      if (given.empty() || !is_tensor(given[0]))
        fail(ref, name, "is a parameter that is not made of a tensor");
      return tensor_arguments(given[0], name);
    }
    const bool made = given.size() == 4 && document_.is(given[0], Kind::global) &&
                      document_.is(given[2], Kind::tuple);
    if (made && document_.text(given[0]) == "torch._utils._rebuild_tensor_v2")
      return document_.items(given[2]);
    const std::vector<Ref> none;
    const auto& inner = made ? document_.items(given[2]) : none;
    if (inner.empty() || !is_tensor(inner[0]))
      fail(ref, name, "is of a subclass of tensors that is not made of a tensor");
    return tensor_arguments(inner[0], name);
  }

  void enter_tensor(Ref ref, const std::string& path) {
    const std::string name = path.empty() ? "tensor" : path;
    const auto& given = tensor_arguments(ref, name);
    if (given.size() < 4 || given.size() > 7 || !document_.is(given[1], Kind::integer))
      fail(ref, name, "is a tensor that is not made of storage, offset, size and stride");
    TensorEntry entry;
    const InnerStorage found = storage(given[0], name);
    entry.type = found.type;
    entry.storage = found.bytes;
    entry.offset = document_.integer(given[1]);
    entry.sizes = sizes_of(given[2], ref, name);
    entry.strides = sizes_of(given[3], ref, name);
    if (given.size() == 7) read_lazy_operations(given[6], ref, name, entry);
    add(ref, name, std::move(entry));
  }
  Shape sizes_of(Ref tuple, Ref tensor, const std::string& name) const {
    Shape out;
    if (!document_.is(tuple, Kind::tuple)) fail(tensor, name, "has sizes that are no tuple");
    for (const Ref item : document_.items(tuple)) {
      if (!document_.is(item, Kind::integer))
        fail(tensor, name, "has a size that is no whole number");
      out.push_back(document_.integer(item));
    }
    return out;
  }

  // Arrays of NumPy: _reconstruct(..) with the state (1, shape, type, Fortran order, bytes), or
  // _frombuffer(bytes, type, shape, order).
  bool is_numpy_array(Ref ref) const {
    const std::string& call = call_of(ref);
    return call.ends_with(".multiarray._reconstruct") || call.ends_with(".numeric._frombuffer");
  }
  void enter_numpy_array(Ref ref, const std::string& path) {
    const std::string name = path.empty() ? "array" : path;
    const PickleObject& object = document_.object(ref);
    const bool buffer = call_of(ref).ends_with("_frombuffer");
    const bool stated = object.has_state && document_.is(object.state, Kind::tuple);
    const auto& parts = !buffer && stated ? document_.items(object.state) : arguments(ref);
    if (parts.size() != (buffer ? 4U : 5U)) {
      checkpoint_.unread[name] = "is an array of NumPy without shape, type and numbers";
      return;
    }
    const auto type = numpy_type(parts[buffer ? 1 : 2]);
    const Ref numbers = parts[buffer ? 0 : 4];
    const auto bytes = numpy_bytes(numbers);
    if (!type || !bytes) {
      checkpoint_.unread[name] = "is an array of NumPy of texts, objects or another type";
      return;
    }
    const Ref order = parts[3];
    const bool fortran = buffer ? document_.is(order, Kind::text) && document_.text(order) == "F"
                                : document_.is(order, Kind::boolean) && document_.boolean(order);
    TensorEntry entry;
    entry.type = *type;
    entry.storage = *bytes;
    entry.sizes = sizes_of(parts[buffer ? 2 : 1], ref, name);
    entry.strides = fortran ? fortran_strides(entry.sizes) : contiguous_strides(entry.sizes);
    add(ref, name, std::move(entry));
  }
  // dtype('f4') with the state (3, '<', ..)
  std::optional<torch::ScalarType> numpy_type(Ref ref) const {
    if (!is_call(ref, "numpy.dtype") || arguments(ref).empty()) return std::nullopt;
    const PickleObject& object = document_.object(ref);
    const Ref code = arguments(ref)[0];
    if (!document_.is(code, Kind::text) || !object.has_state ||
        !document_.is(object.state, Kind::tuple) || document_.items(object.state).size() < 2)
      return std::nullopt;
    const Ref order = document_.items(object.state)[1];
    if (!document_.is(order, Kind::text)) return std::nullopt;
    return npy_type(document_.text(order) + document_.text(code));
  }
  std::optional<Bytes> numpy_bytes(Ref ref) {
    if (document_.is(ref, Kind::bytes)) {
      const PickleSpan span = document_.span(ref);
      return part_of(bytes_, span.offset, span.size, file_);
    }
    if (!is_call(ref, "_codecs.encode") || arguments(ref).empty() ||
        !document_.is(arguments(ref)[0], Kind::text))
      return std::nullopt;
    const Ref text = arguments(ref)[0];
    if (const auto known = encoded_.find(text); known != encoded_.end()) return known->second;
    const auto decoded = to_latin1(document_.text(text));
    if (!decoded) return std::nullopt;
    return encoded_[text] = memory_bytes(*decoded, file_);
  }

  // {"conj": true, "neg": false}: what is still to be done with the numbers.
  void read_lazy_operations(Ref metadata, Ref ref, const std::string& name, TensorEntry& entry) {
    if (document_.is(metadata, Kind::none)) return;
    const auto entries = pairs(metadata);
    if (!entries) fail(ref, name, "has properties that are no dictionary");
    for (const auto& [key, value] : *entries) {
      const std::string property = key_name(key);
      if ((property != "conj" && property != "neg") || !document_.is(value, Kind::boolean))
        fail(ref, name,
             concat("has the property '", property, "' of ", document_.describe(value),
                    "; known: conj and neg, each true or false"));
      (property == "conj" ? entry.conjugate : entry.negative) = document_.boolean(value);
    }
  }
  // A storage by itself is a tensor of one axis.
  void enter_storage(Ref ref, const std::string& path) {
    const std::string name = path.empty() ? "tensor" : path;
    const InnerStorage found = storage(ref, name);
    TensorEntry entry;
    entry.type = found.type;
    entry.storage = found.bytes;
    entry.sizes = {static_cast<std::int64_t>(found.bytes->size() / torch::elementSize(found.type))};
    entry.strides = {1};
    add(ref, name, std::move(entry));
  }
  void add(Ref ref, const std::string& name, TensorEntry entry) {
    require_inside_storage(entry, concat(file_, ": tensor '", name, "'"));
    if (entry.bytes() == 0) entry.offset = 0;  // an empty view may stand behind its storage
    if (!checkpoint_.tensors.emplace(name, std::move(entry)).second)
      fail(ref, name, "names two tensors");
  }

  // Tensors that no name leads to: those of keys, of hooks, or beside a dictionary.
  void note_tensors_left_out() {
    std::vector<bool> seen(document_.count());
    std::vector<Ref> open = {document_.root};
    std::size_t left_out = 0;
    std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
    while (!open.empty()) {
      const Ref ref = open.back();
      open.pop_back();
      if (seen[ref]) continue;
      seen[ref] = true;
      if (is_tensor(ref)) {
        if (entered_.count(ref)) continue;
        ++left_out;
        first = std::min(first, document_.position(ref));
      } else {
        const std::vector<Ref> children = document_.children(ref);
        open.insert(open.end(), children.begin(), children.end());
      }
    }
    if (left_out > 0)
      checkpoint_.notes.push_back(concat(left_out, left_out == 1 ? " tensor is" : " tensors are",
                                         " left out, because no name leads there (the first at ",
                                         "byte ", first, ")"));
  }

  InnerStorage storage(Ref ref, const std::string& path) {
    if (const auto known = storages_.find(ref); known != storages_.end()) return known->second;
    InnerStorage out;
    if (document_.is(ref, Kind::persistent)) {
      const StorageIdentity identity = storage_identity(document_, ref, file_);
      if (!find_)
        fail(ref, path, "is a storage outside of the pickle, which this format cannot have");
      out = {identity.type, shared(identity)};
    } else if (is_call(ref, "torch.storage._load_from_bytes")) {
      if (arguments(ref).size() != 1 || !document_.is(arguments(ref)[0], Kind::bytes))
        fail(ref, path, "has a storage that is no bytes");
      const PickleSpan span = document_.span(arguments(ref)[0]);
      const auto [known, added] = inner_.try_emplace(span.offset);  // many tensors may name it
      if (added)
        known->second = inner_storage(part_of(bytes_, span.offset, span.size, file_),
                                      concat(file_, ": storage at byte ", span.offset), options_);
      out = known->second;
    } else {
      fail(ref, path,
           concat("must be made of a storage, but is made of ", document_.describe(ref)));
    }
    storages_.emplace(ref, out);
    return out;
  }
  // One object for each storage, however often it is named.
  Bytes shared(const StorageIdentity& identity) {
    const std::string key = concat(identity.key, "/", identity.view_key);
    const auto known = by_key_.find(key);
    return known != by_key_.end() ? known->second : by_key_[key] = find_(identity);
  }

  const PickleDocument& document_;
  const Bytes& bytes_;
  const StorageFinder& find_;
  const PickleOptions& options_;
  Checkpoint& checkpoint_;
  std::string file_;
  enum class Known : std::uint8_t { no, only_values, more };
  std::uint64_t most_bytes_, spent_bytes_ = 0;
  std::vector<Known> only_values_;
  std::size_t values_left_out_ = 0;
  std::unordered_set<Ref> entered_;
  std::unordered_map<Ref, InnerStorage> storages_;
  std::unordered_map<Ref, Bytes> encoded_;  // texts that stand for bytes
  std::map<std::string, Bytes> by_key_;
  std::map<std::uint64_t, InnerStorage> inner_;  // by the position of its bytes
};

}  // namespace

void enter_pickle(const PickleDocument& document, const Bytes& pickle_bytes,
                  const StorageFinder& find, const PickleOptions& options, Checkpoint& checkpoint) {
  TorchPickle(document, pickle_bytes, find, options, checkpoint).enter();
}

}  // namespace sgilo
