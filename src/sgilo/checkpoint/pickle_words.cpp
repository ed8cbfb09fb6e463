#include "sgilo/checkpoint/pickle_words.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/pickle_calls.h"
#include "sgilo/checkpoint/pickle_text.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"

namespace sgilo {
namespace {

using Ref = PickleRef;
using Kind = PickleKind;

constexpr std::size_t kLongestValue = 4096;  // bytes of a text that is kept whole
constexpr std::size_t kLongestList = 4096;   // numbers of a list that is kept whole
constexpr std::size_t kLongestName = 4096;   // of a tensor
// Names and values may take this many bytes for each of the file's, and those besides.
constexpr std::uint64_t kExpansion = 16, kAlwaysAccepted = 16 << 20;

std::string quoted(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool plain = c >= 0x20 && c < 0x7F && c != '\'' && c != '\\';
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += plain ? std::string(1, c) : concat("\\x", digits[byte >> 4], digits[byte & 15]);
  }
  return out;
}

// "2024-01-31", "2024-01-31 12:30:05": year in two bytes, month, day, hour, minute, second.
std::string date_text(const std::string& bytes) {
  if (bytes.size() != 4 && bytes.size() != 10)
    return concat("(a date of ", bytes.size(), " bytes)");
  const auto byte = [&](std::size_t at) { return int{static_cast<unsigned char>(bytes[at])}; };
  const auto two = [&](std::size_t at) { return concat(byte(at) < 10 ? "0" : "", byte(at)); };
  const std::string day = concat(byte(0) * 256 + byte(1), "-", two(2), "-", two(3));
  return bytes.size() == 4 ? day : concat(day, " ", two(4), ":", two(5), ":", two(6));
}

}  // namespace

PickleWords::PickleWords(const PickleView& view)
    : view_(view), most_bytes_(kExpansion * view.bytes->size() + kAlwaysAccepted) {}

std::string PickleWords::key_name(Ref ref) {
  if (!view_.document.is(ref, Kind::text)) return written(ref);
  const std::string& text = view_.document.text(ref);
  spend(ref, text.size());
  return !text.empty() && is_printable(text) ? text : written(ref);
}

std::string PickleWords::written(Ref ref) {
  spend(ref, sizeof(Ref));
  switch (view_.document.kind(ref)) {
    case Kind::none:
      return "none";
    case Kind::boolean:
      return view_.document.boolean(ref) ? "true" : "false";
    case Kind::integer:
      return concat(view_.document.integer(ref));
    case Kind::real:
      return std::isfinite(view_.document.real(ref)) ? Json(view_.document.real(ref)).dump()
                                                     : concat(view_.document.real(ref));
    case Kind::big_integer:
    case Kind::global:
      return view_.document.text(ref);
    case Kind::text:
      spend(ref, view_.document.text(ref).size());
      return concat("'", escaped(view_.document.text(ref)), "'");
    case Kind::tuple: {
      std::string out = "(";
      for (const Ref item : view_.document.items(ref)) {
        if (out.size() > 1) out += ", ";
        out += written(item);
      }
      return out += view_.document.items(ref).size() == 1 ? ",)" : ")";
    }
    default:
      if (const auto bytes = view_.short_bytes(ref)) return concat("b'", quoted(*bytes), "'");
      return concat(view_.document.is(ref, Kind::object) && !view_.call_of(ref).empty()
                        ? view_.call_of(ref)
                        : std::string(word_of(view_.document.kind(ref))),
                    " at byte ", view_.document.position(ref));
  }
}

std::vector<std::string> PickleWords::key_names(const PickleView::Pairs& pairs) {
  std::vector<std::string> names;
  std::set<std::string_view> texts;
  bool mixed = false;
  for (const auto& [key, value] : pairs) {
    names.push_back(key_name(key));
    mixed = mixed || !view_.document.is(key, Kind::text);
  }
  if (!mixed) return names;
  for (const auto& [key, value] : pairs)
    if (view_.document.is(key, Kind::text)) texts.insert(view_.document.text(key));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!view_.document.is(pairs[i].first, Kind::text) && texts.count(names[i]))
      names[i] = concat(kind_name(pairs[i].first), " ", names[i]);
  return names;
}

std::string PickleWords::kind_name(Ref ref) const {
  const std::string_view word = word_of(view_.document.kind(ref));
  return std::string(word.starts_with("a ") ? word.substr(2) : word);
}

void PickleWords::spend(Ref ref, std::uint64_t bytes) {
  spent_bytes_ += bytes;
  if (spent_bytes_ > most_bytes_)
    view_.fail(
        ref, "",
        concat("the names and values would take more than ", most_bytes_,
               " bytes when shared ones are counted each time, the most that are accepted of ",
               view_.bytes->size(), " bytes"));
}

std::string PickleWords::joined(const std::string& path, const std::string& key, Ref ref) {
  std::string name = path.empty() ? key : path + "." + key;
  spend(ref, name.size());
  if (name.size() > kLongestName)
    view_.fail(ref, name.substr(0, 80) + "..",
               concat("is a name of more than ", kLongestName, " characters"));
  return name;
}

Json PickleWords::json(Ref ref) {
  spend(ref, sizeof(Json));
  switch (view_.document.kind(ref)) {
    case Kind::none:
      return nullptr;
    case Kind::boolean:
      return view_.document.boolean(ref);
    case Kind::integer:
      return view_.document.integer(ref);
    case Kind::real:
      return view_.document.real(ref);
    case Kind::big_integer:
      return view_.document.text(ref);
    case Kind::text: {
      const std::string& text = view_.document.text(ref);
      if (text.size() > kLongestValue) return concat("(a text of ", text.size(), " bytes)");
      spend(ref, text.size());
      return text;
    }
    case Kind::bytes:
      return concat("(", view_.document.span(ref).size, " bytes)");
    case Kind::tuple:
    case Kind::list:
    case Kind::set:
      return list(view_.document.items(ref));
    case Kind::object:
      return json_of_object(ref);
    default:
      return concat("(", view_.document.describe(ref), ")");
  }
}

Json PickleWords::json_of_object(Ref ref) {
  if (const auto items = view_.items_of(ref)) return list(*items);
  if (view_.is_call(ref, "torch.Size") && view_.arguments(ref).size() == 1)
    return json(view_.arguments(ref)[0]);
  if (view_.call_of(ref).ends_with(".multiarray.scalar")) return numpy_scalar(ref);
  if (view_.is_call(ref, "_codecs.encode") && !view_.arguments(ref).empty() &&
      view_.document.is(view_.arguments(ref)[0], Kind::text))
    return concat("(", characters_of(view_.document.text(view_.arguments(ref)[0])), " bytes)");
  return plain_value(ref);
}

Json PickleWords::list(const std::vector<Ref>& items) {
  if (items.size() > kLongestList) return concat("(", items.size(), " items)");
  Json out = Json::array();
  for (const Ref item : items) out.push_back(json(item));
  return out;
}

// A path, a fraction, a decimal number or a date as its text, others as the call is written.
std::string PickleWords::plain_value(Ref ref) {
  const std::string& call = view_.call_of(ref);
  const auto& given = view_.arguments(ref);
  const bool texts = std::all_of(given.begin(), given.end(),
                                 [&](Ref item) { return view_.document.is(item, Kind::text); });
  if (texts && !given.empty() && call.starts_with("pathlib.")) {
    std::filesystem::path path;
    for (const Ref part : given) path /= view_.document.text(part);
    spend(ref, path.native().size());
    return path.string();
  }
  if (texts && given.size() == 1) {
    spend(ref, view_.document.text(given[0]).size());
    return view_.document.text(given[0]);
  }
  if (given.size() == 1 && call.starts_with("datetime.date"))
    if (const auto bytes = view_.short_bytes(given[0])) return date_text(*bytes);
  if (!makes_plain_value(call)) return concat("(an object of '", call, "')");
  if (call == "fractions.Fraction" && given.size() == 2)
    return concat(written(given[0]), "/", written(given[1]));
  std::vector<std::string> words;
  for (const Ref item : given) words.push_back(written(item));
  return concat(call, "(", join(words), ")");
}

// numpy.core.multiarray.scalar(dtype('f8'), 8 bytes): the numbers of layers that NumPy computed.
Json PickleWords::numpy_scalar(Ref ref) const {
  const auto& given = view_.arguments(ref);
  const bool known = given.size() == 2 && numpy_type(view_, given[0]) == torch::kFloat64 &&
                     view_.document.is(given[1], Kind::bytes) &&
                     view_.document.span(given[1]).size == 8;
  if (!known) return "(a number of NumPy)";
  double value = 0;
  view_.bytes->read_at(view_.document.span(given[1]).offset, &value, sizeof(value));
  return value;
}

std::optional<torch::ScalarType> numpy_type(const PickleView& view, PickleRef ref) {
  if (!view.is_call(ref, "numpy.dtype") || view.arguments(ref).empty()) return std::nullopt;
  const PickleObject& object = view.document.object(ref);
  const Ref code = view.arguments(ref)[0];
  if (!view.document.is(code, Kind::text) || !object.has_state ||
      !view.document.is(object.state, Kind::tuple) || view.document.items(object.state).size() < 2)
    return std::nullopt;
  const Ref order = view.document.items(object.state)[1];
  if (!view.document.is(order, Kind::text)) return std::nullopt;
  return npy_type(view.document.text(order) + view.document.text(code));
}

}  // namespace sgilo
