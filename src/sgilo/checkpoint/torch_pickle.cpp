#include "sgilo/checkpoint/torch_pickle.h"

#include <algorithm>
#include <limits>

#include "sgilo/checkpoint/pickle_calls.h"
#include "sgilo/core/error.h"

namespace sgilo {
namespace {

constexpr std::size_t kMostValues = 100'000;  // plain values that are kept

// Fields of nn.Module that are no attributes of the user's.
bool is_module_machinery(const std::string& name) {
  return name == "training" || name == "_non_persistent_buffers_set" ||
         name == "_is_full_backward_hook" || name == "_init_args" || name.ends_with("_hooks") ||
         name.ends_with("_hooks_with_kwargs") || name.ends_with("_hooks_always_called") ||
         name.starts_with("_orig_");
}

class TorchPickle {
 public:
  TorchPickle(const PickleDocument& document, const Bytes& bytes, const StorageFinder& find,
              const PickleOptions& options, Checkpoint& checkpoint)
      : view_{document, bytes, checkpoint.path.string()},
        words_(view_),
        tensors_(view_, words_, find, options, checkpoint),
        checkpoint_(checkpoint),
        only_values_(document.count(), Known::no) {}

  void enter() {
    enter(view_.document.root, "");
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

  // restore_type_tag(value, "Dict[str, Tensor]") and the typed lists of C++ stand for their value.
  bool is_tagged(Ref ref) const {
    return view_.call_of(ref).starts_with("torch.jit._pickle.") && !view_.arguments(ref).empty();
  }

  void enter(Ref ref, const std::string& path) {
    if (is_tagged(ref)) {
      enter(view_.arguments(ref)[0], path);
    } else if (tensors_.is_tensor(ref)) {
      tensors_.enter_tensor(ref, path);
    } else if (tensors_.is_numpy_array(ref)) {
      tensors_.enter_numpy_array(ref, path);
    } else if (view_.is_call(ref, "torch_utils.persistence._reconstruct_persistent_obj")) {
      enter_persistent_object(ref, path);
    } else if (const auto entries = view_.pairs(ref)) {
      enter_pairs(*entries, path);
    } else if (holds_only_values(ref)) {
      enter_value(ref, path);
    } else if (const auto items = view_.items_of(ref)) {
      enter_items(*items, path);
    } else if (view_.document.is(ref, Kind::persistent)) {
      tensors_.enter_storage(ref, path);
    } else {
      enter_object(ref, path);
    }
  }
  void enter_pairs(const PickleView::Pairs& entries, const std::string& path) {
    const std::vector<std::string> names = words_.key_names(entries);
    for (std::size_t i = 0; i < entries.size(); ++i)
      enter(entries[i].second, words_.joined(path, names[i], entries[i].first));
  }
  void enter_items(const std::vector<Ref>& items, const std::string& path, std::size_t first = 0) {
    for (const Ref item : items) enter(item, words_.joined(path, concat(first++), item));
  }

  // Whether no tensor, dictionary or object of an unknown class is in it. Each value is asked once.
  bool holds_only_values(Ref ref) {
    if (only_values_[ref] != Known::no) return only_values_[ref] == Known::only_values;
    bool only = true;
    if (const auto items = view_.items_of(ref))
      only = std::all_of(items->begin(), items->end(),
                         [&](Ref item) { return holds_only_values(item); });
    else if (view_.document.is(ref, Kind::object))
      only = makes_plain_value(view_.call_of(ref));
    else
      only = !view_.document.is(ref, Kind::dict) && !view_.document.is(ref, Kind::persistent);
    only_values_[ref] = only ? Known::only_values : Known::more;
    return only;
  }

  // {type, version, module_src, class_name, state} of the persistence of StyleGAN2-ADA.
  void enter_persistent_object(Ref ref, const std::string& path) {
    const auto meta =
        view_.arguments(ref).size() == 1 ? view_.pairs(view_.arguments(ref)[0]) : std::nullopt;
    if (!meta) view_.fail(ref, path, "is a persistent object without its dictionary");
    const auto name = view_.value_of(*meta, "class_name"), state = view_.value_of(*meta, "state");
    if (!name || !view_.document.is(*name, Kind::text) || !state)
      view_.fail(ref, path, "is a persistent object without its class name or state");
    enter_class(ref, path, view_.document.text(*name));
    enter_state(*state, path);
  }
  void enter_class(Ref ref, const std::string& path, const std::string& name) {
    words_.spend(ref, name.size());
    checkpoint_.classes[path] = name;
  }
  // What it was made of, its state, and what was added; each may hold tensors.
  void enter_object(Ref ref, const std::string& path) {
    enter_class(ref, path, view_.call_of(ref));
    const PickleObject& object = view_.document.object(ref);
    const auto& made_of = view_.arguments(ref);
    for (std::size_t i = 0; i < made_of.size(); ++i)
      if (!holds_only_values(made_of[i]))
        enter(made_of[i], words_.joined(path, concat(i), made_of[i]));
    if (object.has_state) enter_state(object.state, path);
    enter_pairs(object.entries, path);
    enter_items(object.items, path, made_of.size());
  }
  // Attributes; of a module also its parameters, buffers and modules, under their own names.
  void enter_state(Ref state, const std::string& path) {
    const auto attributes = view_.pairs(state);
    if (!attributes) {
      enter(state, words_.joined(path, "state", state));
      return;
    }
    const std::vector<std::string> names = words_.key_names(*attributes);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& [key, value] = (*attributes)[i];
      if (names[i] == "_parameters" || names[i] == "_buffers" || names[i] == "_modules") {
        if (!view_.document.is(value, Kind::none)) enter(value, path);
      } else if (!is_module_machinery(names[i])) {
        enter(value, words_.joined(path, names[i], key));
      }
    }
  }

  // Plain values, for information; tensors do not depend on them.
  void enter_value(Ref ref, const std::string& path) {
    if (view_.document.is(ref, Kind::none) && path.ends_with(".bias"))
      return;  // an absent parameter
    // The limit of a generator's activations is part of the model, however many values there are.
    if (checkpoint_.values.size() < kMostValues || path.ends_with("conv_clamp"))
      checkpoint_.values[path.empty() ? "value" : path] = words_.json(ref);
    else
      ++values_left_out_;
  }
  // Tensors that no name leads to: those of keys, of hooks, or beside a dictionary.
  void note_tensors_left_out() {
    std::vector<bool> seen(view_.document.count());
    std::vector<Ref> open = {view_.document.root};
    std::size_t left_out = 0;
    std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
    while (!open.empty()) {
      const Ref ref = open.back();
      open.pop_back();
      if (seen[ref]) continue;
      seen[ref] = true;
      if (tensors_.is_tensor(ref)) {
        if (tensors_.was_entered(ref)) continue;
        ++left_out;
        first = std::min(first, view_.document.position(ref));
      } else {
        const std::vector<Ref> children = view_.document.children(ref);
        open.insert(open.end(), children.begin(), children.end());
      }
    }
    if (left_out > 0)
      checkpoint_.notes.push_back(concat(left_out, left_out == 1 ? " tensor is" : " tensors are",
                                         " left out, because no name leads there (the first at ",
                                         "byte ", first, ")"));
  }

  PickleView view_;
  PickleWords words_;
  PickleTensors tensors_;
  Checkpoint& checkpoint_;
  enum class Known : std::uint8_t { no, only_values, more };
  std::vector<Known> only_values_;
  std::size_t values_left_out_ = 0;
};

}  // namespace

void enter_pickle(const PickleDocument& document, const Bytes& pickle_bytes,
                  const StorageFinder& find, const PickleOptions& options, Checkpoint& checkpoint) {
  TorchPickle(document, pickle_bytes, find, options, checkpoint).enter();
}

}  // namespace sgilo
