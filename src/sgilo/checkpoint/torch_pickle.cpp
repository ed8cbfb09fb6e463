#include "sgilo/checkpoint/torch_pickle.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <unordered_map>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

constexpr std::size_t kMostValues = 100'000;  // plain values that are kept
constexpr std::size_t kLongestValue = 4096;   // bytes of a text that is kept whole
constexpr std::size_t kLongestList = 4096;    // numbers of a list that is kept whole
constexpr std::size_t kLongestName = 4096;    // of a tensor

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
    throw FormatError(concat(where, ": ", text, " (byte ", document.position(persistent), ")"));
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
        file_(checkpoint.path.string()) {}

  void enter() { enter(document_.root, ""); }

 private:
  using Ref = PickleRef;
  using Kind = PickleKind;

  [[noreturn]] void fail(Ref ref, const std::string& path, std::string_view text) const {
    throw FormatError(concat(file_, ": ", path.empty() ? "" : path + " ", text, " (byte ",
                             document_.position(ref), ")"));
  }

  // The call's name where the object stands for one: "torch._utils._rebuild_tensor_v2".
  const std::string& call_of(Ref ref) const { return document_.class_name(ref); }
  bool is_call(Ref ref, std::string_view name) const { return call_of(ref) == name; }
  bool is_tensor(Ref ref) const {
    return is_call(ref, "torch._utils._rebuild_tensor_v2") ||
           is_call(ref, "torch._utils._rebuild_parameter");
  }
  const std::vector<Ref>& arguments(Ref ref) const {
    return document_.items(document_.object(ref).arguments);
  }

  // A name of a dictionary entry or attribute; empty where it has none.
  std::string key_text(Ref ref) const {
    switch (document_.kind(ref)) {
      case Kind::text:
        return document_.text(ref);
      case Kind::integer:
        return concat(document_.integer(ref));
      case Kind::boolean:
        return document_.boolean(ref) ? "true" : "false";
      case Kind::none:
        return "none";
      default:
        return {};
    }
  }
  std::string joined(const std::string& path, const std::string& key, Ref ref) const {
    std::string name = path.empty() ? key : path + "." + key;
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
    if (!ordered && !is_call(ref, "dnnlib.util.EasyDict")) return std::nullopt;
    std::vector<std::pair<Ref, Ref>> out;
    if (ordered && !arguments(ref).empty())  // OrderedDict([[key, value], ...])
      for (const Ref pair : sequence(arguments(ref)[0])) {
        const std::vector<Ref> two = sequence(pair);
        if (two.size() != 2) fail(ref, "", "a dictionary must be made of pairs");
        out.emplace_back(two[0], two[1]);
      }
    const auto& entered = document_.entries(ref);
    out.insert(out.end(), entered.begin(), entered.end());
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
    } else if (is_call(ref, "torch_utils.persistence._reconstruct_persistent_obj")) {
      enter_persistent_object(ref, path);
    } else if (const auto entries = pairs(ref)) {
      for (const auto& [key, value] : *entries) {
        const std::string name = key_text(key);
        if (!name.empty()) enter(value, joined(path, name, key));
      }
    } else if (document_.is(ref, Kind::list) || document_.is(ref, Kind::tuple)) {
      enter_sequence(ref, path);
    } else if (document_.is(ref, Kind::object) && !is_value(ref)) {
      enter_object(ref, path);
    } else if (document_.is(ref, Kind::persistent)) {
      storage(ref, path);  // throws for what is no storage
    } else {
      enter_value(ref, path);
    }
  }

  bool holds_only_values(Ref ref) const {
    for (const Ref item : document_.items(ref)) {
      const Kind kind = document_.kind(item);
      if ((kind == Kind::list || kind == Kind::tuple) ? !holds_only_values(item)
          : kind == Kind::object                      ? !is_value(item)
                                 : kind == Kind::dict || kind == Kind::persistent)
        return false;
    }
    return true;
  }
  void enter_sequence(Ref ref, const std::string& path) {
    if (holds_only_values(ref)) {
      enter_value(ref, path);
      return;
    }
    std::size_t index = 0;
    for (const Ref item : document_.items(ref)) enter(item, joined(path, concat(index++), item));
  }

  // {type, version, module_src, class_name, state} of the persistence of StyleGAN2-ADA.
  void enter_persistent_object(Ref ref, const std::string& path) {
    const auto meta = arguments(ref).size() == 1 ? pairs(arguments(ref)[0]) : std::nullopt;
    if (!meta) fail(ref, path, "is a persistent object without its dictionary");
    const auto name = value_of(*meta, "class_name"), state = value_of(*meta, "state");
    if (!name || !document_.is(*name, Kind::text) || !state)
      fail(ref, path, "is a persistent object without its class name or state");
    checkpoint_.classes[path] = document_.text(*name);
    enter_state(*state, path);
  }
  void enter_object(Ref ref, const std::string& path) {
    checkpoint_.classes[path] = call_of(ref);
    const PickleObject& object = document_.object(ref);
    if (object.has_state) enter_state(object.state, path);
    for (const auto& [key, value] : object.entries)
      if (const std::string name = key_text(key); !name.empty())
        enter(value, joined(path, name, key));
    std::size_t index = 0;
    for (const Ref item : object.items) enter(item, joined(path, concat(index++), item));
  }
  // Attributes; of a module also its parameters, buffers and modules, under their own names.
  void enter_state(Ref state, const std::string& path) {
    const auto attributes = pairs(state);
    if (!attributes) {
      enter(state, joined(path, "state", state));
      return;
    }
    for (const auto& [key, value] : *attributes) {
      const std::string name = key_text(key);
      if (name == "_parameters" || name == "_buffers" || name == "_modules") {
        if (!document_.is(value, Kind::none)) enter(value, path);
      } else if (!name.empty() && !is_module_machinery(name)) {
        enter(value, joined(path, name, key));
      }
    }
  }

  // Plain values, for information; tensors do not depend on them.
  bool is_value(Ref ref) const {
    const std::string& call = call_of(ref);
    return call == "_codecs.encode" || call.ends_with(".multiarray.scalar") ||
           call == "numpy.dtype" || call == "builtins.set" || call == "__builtin__.set";
  }
  void enter_value(Ref ref, const std::string& path) {
    if (document_.is(ref, Kind::none) && path.ends_with(".bias")) return;  // an absent parameter
    // The limit of a generator's activations is part of the model, however many values there are.
    if (checkpoint_.values.size() < kMostValues || path.ends_with("conv_clamp"))
      checkpoint_.values[path.empty() ? "value" : path] = json(ref);
  }
  Json json(Ref ref) const {
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
        return text.size() <= kLongestValue ? text : concat("(a text of ", text.size(), " bytes)");
      }
      case Kind::bytes:
        return concat("(", document_.span(ref).size, " bytes)");
      case Kind::tuple:
      case Kind::list:
      case Kind::set: {
        const auto& items = document_.items(ref);
        if (items.size() > kLongestList) return concat("(", items.size(), " items)");
        Json out = Json::array();
        for (const Ref item : items) out.push_back(json(item));
        return out;
      }
      case Kind::object: {
        const auto& given = arguments(ref);
        if (call_of(ref).ends_with(".multiarray.scalar")) return numpy_scalar(ref);
        if (call_of(ref).ends_with(".set") && given.size() == 1) return json(given[0]);
        if (call_of(ref) == "_codecs.encode" && !given.empty() &&
            document_.is(given[0], Kind::text)) {
          const std::string& text = document_.text(given[0]);  // a byte for each character
          const auto count = std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
          });
          return concat("(", count, " bytes)");
        }
        return concat("(an object of '", call_of(ref), "')");
      }
      default:
        return concat("(", document_.describe(ref), ")");
    }
  }
  // numpy.core.multiarray.scalar(dtype('f8'), 8 bytes): the numbers of layers that NumPy computed.
  Json numpy_scalar(Ref ref) const {
    const auto& given = arguments(ref);
    const bool known = given.size() == 2 && is_call(given[0], "numpy.dtype") &&
                       !arguments(given[0]).empty() &&
                       document_.is(arguments(given[0])[0], Kind::text) &&
                       document_.text(arguments(given[0])[0]) == "f8" &&
                       document_.is(given[1], Kind::bytes) && document_.span(given[1]).size == 8;
    if (!known) return "(a number of NumPy)";
    double value = 0;
    bytes_->read_at(document_.span(given[1]).offset, &value, sizeof(value));
    return value;
  }

  void enter_tensor(Ref ref, const std::string& path) {
    const std::string name = path.empty() ? "tensor" : path;
    if (is_call(ref, "torch._utils._rebuild_parameter")) {
      if (arguments(ref).size() != 3 ||
          !is_call(arguments(ref)[0], "torch._utils._rebuild_tensor_v2"))
        fail(ref, name, "is a parameter that is not made of a tensor");
      ref = arguments(ref)[0];
    }
    const auto& given = arguments(ref);
    const auto numbers = [&](Ref tuple) {
      Shape out;
      if (!document_.is(tuple, Kind::tuple)) fail(ref, name, "has sizes that are no tuple");
      for (const Ref item : document_.items(tuple)) {
        if (!document_.is(item, Kind::integer))
          fail(ref, name, "has a size that is no whole number");
        out.push_back(document_.integer(item));
      }
      return out;
    };
    if (given.size() < 6 || given.size() > 7 || !document_.is(given[1], Kind::integer))
      fail(ref, name, "is a tensor that is not made of storage, offset, size and stride");
    TensorEntry entry;
    const InnerStorage found = storage(given[0], name);
    entry.type = found.type;
    entry.storage = found.bytes;
    entry.offset = document_.integer(given[1]);
    entry.sizes = numbers(given[2]);
    entry.strides = numbers(given[3]);
    require_inside_storage(entry, concat(file_, ": tensor '", name, "'"));
    if (entry.bytes() == 0) entry.offset = 0;  // an empty view may stand behind its storage
    if (!checkpoint_.tensors.emplace(name, std::move(entry)).second)
      fail(ref, name, "names two tensors");
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
  std::unordered_map<Ref, InnerStorage> storages_;
  std::map<std::string, Bytes> by_key_;
  std::map<std::uint64_t, InnerStorage> inner_;  // by the position of its bytes
};

}  // namespace

void enter_pickle(const PickleDocument& document, const Bytes& pickle_bytes,
                  const StorageFinder& find, const PickleOptions& options, Checkpoint& checkpoint) {
  TorchPickle(document, pickle_bytes, find, options, checkpoint).enter();
}

}  // namespace sgilo
