#include "sgilo/checkpoint/pickle_tensors.h"

#include "sgilo/checkpoint/pickle_text.h"
#include "sgilo/checkpoint/raw_tensor.h"
#include "sgilo/core/error.h"

namespace sgilo {
namespace {

using Ref = PickleRef;
using Kind = PickleKind;

}  // namespace

bool PickleTensors::is_tensor(Ref ref) const {
  return view_.is_call(ref, "torch._utils._rebuild_tensor_v2") || is_wrapped_tensor(ref) ||
         view_.is_call(ref, "torch._utils._rebuild_tensor");
}

// Whose first argument, or (of a subclass) third, says of what it is made.
bool PickleTensors::is_wrapped_tensor(Ref ref) const {
  return view_.is_call(ref, "torch._utils._rebuild_parameter") ||
         view_.is_call(ref, "torch._utils._rebuild_parameter_with_state") ||
         is_tensor_subclass(ref);
}

bool PickleTensors::is_tensor_subclass(Ref ref) const {
  return view_.is_call(ref, "torch._tensor._rebuild_from_type_v2");
}

// The arguments of _rebuild_tensor_v2 (of _rebuild_tensor: the first four) behind its wrappers.
const std::vector<Ref>& PickleTensors::tensor_arguments(Ref ref, const std::string& name) {
  entered_.insert(ref);
  if (!is_wrapped_tensor(ref)) return view_.arguments(ref);
  const auto& given = view_.arguments(ref);
  if (!is_tensor_subclass(ref)) {
    if (given.empty() || !is_tensor(given[0]))
      view_.fail(ref, name, "is a parameter that is not made of a tensor");
    return tensor_arguments(given[0], name);
  }
  const bool made = given.size() == 4 && view_.document.is(given[0], Kind::global) &&
                    view_.document.is(given[2], Kind::tuple);
  if (made && view_.document.text(given[0]) == "torch._utils._rebuild_tensor_v2")
    return view_.document.items(given[2]);
  const std::vector<Ref> none;
  const auto& inner = made ? view_.document.items(given[2]) : none;
  if (inner.empty() || !is_tensor(inner[0]))
    view_.fail(ref, name, "is of a subclass of tensors that is not made of a tensor");
  return tensor_arguments(inner[0], name);
}

void PickleTensors::enter_tensor(Ref ref, const std::string& path) {
  const std::string name = path.empty() ? "tensor" : path;
  const auto& given = tensor_arguments(ref, name);
  if (given.size() < 4 || given.size() > 7 || !view_.document.is(given[1], Kind::integer))
    view_.fail(ref, name, "is a tensor that is not made of storage, offset, size and stride");
  TensorEntry entry;
  const InnerStorage found = storage(given[0], name);
  entry.type = found.type;
  entry.storage = found.bytes;
  entry.offset = view_.document.integer(given[1]);
  entry.sizes = sizes_of(given[2], ref, name);
  entry.strides = sizes_of(given[3], ref, name);
  if (given.size() == 7) read_lazy_operations(given[6], ref, name, entry);
  add(ref, name, std::move(entry));
}

Shape PickleTensors::sizes_of(Ref tuple, Ref tensor, const std::string& name) const {
  Shape out;
  if (!view_.document.is(tuple, Kind::tuple))
    view_.fail(tensor, name, "has sizes that are no tuple");
  for (const Ref item : view_.document.items(tuple)) {
    if (!view_.document.is(item, Kind::integer))
      view_.fail(tensor, name, "has a size that is no whole number");
    out.push_back(view_.document.integer(item));
  }
  return out;
}

// Arrays of NumPy: _reconstruct(..) with the state (1, shape, type, Fortran order, bytes), or
// _frombuffer(bytes, type, shape, order).
bool PickleTensors::is_numpy_array(Ref ref) const {
  const std::string& call = view_.call_of(ref);
  return call.ends_with(".multiarray._reconstruct") || call.ends_with(".numeric._frombuffer");
}

void PickleTensors::enter_numpy_array(Ref ref, const std::string& path) {
  const std::string name = path.empty() ? "array" : path;
  const PickleObject& object = view_.document.object(ref);
  const bool buffer = view_.call_of(ref).ends_with("_frombuffer");
  const bool stated = object.has_state && view_.document.is(object.state, Kind::tuple);
  const auto& parts = !buffer && stated ? view_.document.items(object.state) : view_.arguments(ref);
  if (parts.size() != (buffer ? 4U : 5U)) {
    checkpoint_.unread[name] = "is an array of NumPy without shape, type and numbers";
    return;
  }
  const auto type = numpy_type(view_, parts[buffer ? 1 : 2]);
  const Ref numbers = parts[buffer ? 0 : 4];
  const auto bytes = numpy_bytes(numbers);
  if (!type || !bytes) {
    checkpoint_.unread[name] = "is an array of NumPy of texts, objects or another type";
    return;
  }
  const Ref order = parts[3];
  const bool fortran =
      buffer ? view_.document.is(order, Kind::text) && view_.document.text(order) == "F"
             : view_.document.is(order, Kind::boolean) && view_.document.boolean(order);
  TensorEntry entry;
  entry.type = *type;
  entry.storage = *bytes;
  entry.sizes = sizes_of(parts[buffer ? 2 : 1], ref, name);
  entry.strides = fortran ? fortran_strides(entry.sizes) : contiguous_strides(entry.sizes);
  add(ref, name, std::move(entry));
}

std::optional<Bytes> PickleTensors::numpy_bytes(Ref ref) {
  if (view_.document.is(ref, Kind::bytes)) {
    const PickleSpan span = view_.document.span(ref);
    return part_of(view_.bytes, span.offset, span.size, view_.file);
  }
  if (!view_.is_call(ref, "_codecs.encode") || view_.arguments(ref).empty() ||
      !view_.document.is(view_.arguments(ref)[0], Kind::text))
    return std::nullopt;
  const Ref text = view_.arguments(ref)[0];
  if (const auto known = encoded_.find(text); known != encoded_.end()) return known->second;
  const auto decoded = to_latin1(view_.document.text(text));
  if (!decoded) return std::nullopt;
  return encoded_[text] = memory_bytes(*decoded, view_.file);
}

// {"conj": true, "neg": false}: what is still to be done with the numbers.
void PickleTensors::read_lazy_operations(Ref metadata, Ref ref, const std::string& name,
                                         TensorEntry& entry) {
  if (view_.document.is(metadata, Kind::none)) return;
  const auto entries = view_.pairs(metadata);
  if (!entries) view_.fail(ref, name, "has properties that are no dictionary");
  for (const auto& [key, value] : *entries) {
    const std::string property = words_.key_name(key);
    if ((property != "conj" && property != "neg") || !view_.document.is(value, Kind::boolean))
      view_.fail(ref, name,
                 concat("has the property '", property, "' of ", view_.document.describe(value),
                        "; known: conj and neg, each true or false"));
    (property == "conj" ? entry.conjugate : entry.negative) = view_.document.boolean(value);
  }
}

// A storage by itself is a tensor of one axis.
void PickleTensors::enter_storage(Ref ref, const std::string& path) {
  const std::string name = path.empty() ? "tensor" : path;
  const InnerStorage found = storage(ref, name);
  TensorEntry entry;
  entry.type = found.type;
  entry.storage = found.bytes;
  entry.sizes = {static_cast<std::int64_t>(found.bytes->size() / torch::elementSize(found.type))};
  entry.strides = {1};
  add(ref, name, std::move(entry));
}

void PickleTensors::add(Ref ref, const std::string& name, TensorEntry entry) {
  require_inside_storage(entry, concat(view_.file, ": tensor '", name, "'"));
  if (entry.bytes() == 0) entry.offset = 0;  // an empty view may stand behind its storage
  if (!checkpoint_.tensors.emplace(name, std::move(entry)).second)
    view_.fail(ref, name, "names two tensors");
}

InnerStorage PickleTensors::storage(Ref ref, const std::string& path) {
  if (const auto known = storages_.find(ref); known != storages_.end()) return known->second;
  InnerStorage out;
  if (view_.document.is(ref, Kind::persistent)) {
    const StorageIdentity identity = storage_identity(view_.document, ref, view_.file);
    if (!find_)
      view_.fail(ref, path, "is a storage outside of the pickle, which this format cannot have");
    out = {identity.type, shared(identity)};
  } else if (view_.is_call(ref, "torch.storage._load_from_bytes")) {
    if (view_.arguments(ref).size() != 1 ||
        !view_.document.is(view_.arguments(ref)[0], Kind::bytes))
      view_.fail(ref, path, "has a storage that is no bytes");
    const PickleSpan span = view_.document.span(view_.arguments(ref)[0]);
    const auto [known, added] = inner_.try_emplace(span.offset);  // many tensors may name it
    if (added)
      known->second =
          inner_storage(part_of(view_.bytes, span.offset, span.size, view_.file),
                        concat(view_.file, ": storage at byte ", span.offset), options_);
    out = known->second;
  } else {
    view_.fail(ref, path,
               concat("must be made of a storage, but is made of ", view_.document.describe(ref)));
  }
  storages_.emplace(ref, out);
  return out;
}

// One object for each storage, however often it is named.
Bytes PickleTensors::shared(const StorageIdentity& identity) {
  const std::string key = concat(identity.key, "/", identity.view_key);
  const auto known = by_key_.find(key);
  return known != by_key_.end() ? known->second : by_key_[key] = find_(identity);
}

}  // namespace sgilo
