#include "sgilo/checkpoint/pickle_document.h"

#include <array>
#include <bit>

#include "sgilo/core/error.h"

namespace sgilo {

std::string_view word_of(PickleKind kind) {
  constexpr std::array<std::string_view, 14> words{"nothing",      "a boolean",
                                                   "a number",     "a number beyond 64 bits",
                                                   "a number",     "a text",
                                                   "bytes",        "a tuple",
                                                   "a list",       "a set",
                                                   "a dictionary", "a class",
                                                   "an object",    "a persistent value"};
  return words.at(static_cast<std::size_t>(kind));
}

double PickleDocument::real(PickleRef ref) const {
  return std::bit_cast<double>(values_[ref].number);
}

const std::vector<PickleRef>& PickleDocument::items(PickleRef ref) const {
  return is(ref, PickleKind::object) ? object(ref).items : lists_[index(ref)];
}

const std::vector<std::pair<PickleRef, PickleRef>>& PickleDocument::entries(PickleRef ref) const {
  return is(ref, PickleKind::object) ? object(ref).entries : dicts_[index(ref)];
}

const std::string& PickleDocument::class_name(PickleRef ref) const {
  static const std::string none;
  if (!is(ref, PickleKind::object) || !is(object(ref).callable, PickleKind::global)) return none;
  return text(object(ref).callable);
}

std::string PickleDocument::describe(PickleRef ref) const {
  switch (kind(ref)) {
    case PickleKind::global:
      return concat("the class '", text(ref), "'");
    case PickleKind::object:
      return concat("an object of '", class_name(ref), "'");
    case PickleKind::integer:
      return concat("the number ", integer(ref));
    case PickleKind::text:
      return text(ref).size() > 60 ? "a long text" : concat("the text '", text(ref), "'");
    default:
      return std::string(word_of(kind(ref)));
  }
}

std::vector<PickleRef> PickleDocument::children(PickleRef ref) const {
  std::vector<PickleRef> out;
  const PickleKind kind = this->kind(ref);
  if (kind == PickleKind::persistent) return {identity(ref)};
  if (kind == PickleKind::object) {
    const PickleObject& o = object(ref);
    out = {o.callable, o.arguments};
    if (o.has_state) out.push_back(o.state);
  }
  if (kind == PickleKind::object || kind == PickleKind::tuple || kind == PickleKind::list ||
      kind == PickleKind::set)
    out.insert(out.end(), items(ref).begin(), items(ref).end());
  if (kind == PickleKind::object || kind == PickleKind::dict)
    for (const auto& [key, value] : entries(ref)) {
      out.push_back(key);
      out.push_back(value);
    }
  return out;
}

}  // namespace sgilo
