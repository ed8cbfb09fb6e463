#include "sgilo/checkpoint/pickle_view.h"

#include "sgilo/checkpoint/pickle_text.h"
#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {

void PickleView::fail(Ref ref, const std::string& path, std::string_view text) const {
  throw format_error(
      file, concat(path.empty() ? "" : path + " ", text, " (byte ", document.position(ref), ")"));
}

std::optional<std::string> PickleView::short_bytes(Ref ref) const {
  if (document.is(ref, Kind::bytes)) {
    const PickleSpan span = document.span(ref);
    if (span.size > kLongestKey) return std::nullopt;
    std::string out(span.size, '\0');
    bytes->read_at(span.offset, out.data(), out.size());
    return out;
  }
  // _codecs.encode(text, "latin1"): a byte for each character
  if (!is_call(ref, "_codecs.encode") || arguments(ref).empty() ||
      !document.is(arguments(ref)[0], Kind::text))
    return std::nullopt;
  const std::string& text = document.text(arguments(ref)[0]);
  return text.size() <= 2 * kLongestKey ? to_latin1(text) : std::nullopt;
}

std::optional<PickleView::Pairs> PickleView::pairs(Ref ref) const {
  if (document.is(ref, Kind::dict)) return document.entries(ref);
  if (!document.is(ref, Kind::object)) return std::nullopt;
  const bool ordered = is_call(ref, "collections.OrderedDict");
  const bool counter = is_call(ref, "collections.Counter");
  if (!ordered && !counter && !is_call(ref, "collections.defaultdict") &&
      !is_call(ref, "dnnlib.util.EasyDict"))
    return std::nullopt;
  PickleView::Pairs out;
  if ((ordered || counter) && !arguments(ref).empty()) {
    const Ref made_of = arguments(ref)[0];
    if (document.is(made_of, Kind::dict)) {
      out = document.entries(made_of);
    } else {  // OrderedDict([[key, value], ...])
      for (const Ref pair : sequence(made_of)) {
        const std::vector<Ref> two = sequence(pair);
        if (two.size() != 2) fail(ref, "", "a dictionary must be made of pairs");
        out.emplace_back(two[0], two[1]);
      }
    }
  }
  const auto& entered = document.entries(ref);
  out.insert(out.end(), entered.begin(), entered.end());
  return out;
}

bool PickleView::is_sequence_call(Ref ref) const {
  const std::string& call = call_of(ref);
  return call == "collections.deque" || call == "builtins.set" || call == "__builtin__.set" ||
         call == "builtins.frozenset" || call == "__builtin__.frozenset";
}

std::optional<std::vector<PickleRef>> PickleView::items_of(Ref ref) const {
  const Kind kind = document.kind(ref);
  if (kind == Kind::list || kind == Kind::tuple || kind == Kind::set) return document.items(ref);
  if (!is_sequence_call(ref)) return std::nullopt;
  std::vector<Ref> out;
  if (!arguments(ref).empty()) out = items_of(arguments(ref)[0]).value_or(out);
  const auto& appended = document.items(ref);
  out.insert(out.end(), appended.begin(), appended.end());
  return out;
}

std::vector<PickleRef> PickleView::sequence(Ref ref) const {
  if (document.is(ref, Kind::list) || document.is(ref, Kind::tuple)) return document.items(ref);
  fail(ref, "",
       concat("a dictionary must be made of pairs, but is made of ", document.describe(ref)));
}

std::optional<PickleRef> PickleView::value_of(const PickleView::Pairs& pairs,
                                              std::string_view key) const {
  std::optional<Ref> found;
  for (const auto& [name, value] : pairs)
    if (document.is(name, Kind::text) && document.text(name) == key) found = value;
  return found;
}

}  // namespace sgilo
