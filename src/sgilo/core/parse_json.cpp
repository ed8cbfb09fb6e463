#include "sgilo/core/parse_json.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "sgilo/core/utf8.h"

namespace sgilo {
namespace {

constexpr int kNumberTooLarge = 406;  // nlohmann's number of that error

// Builds the value from the parser's events.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, const std::string& where, const JsonLimits& limits)
      : text_(text), where_(where), limits_(limits) {}

  Json take() { return std::move(root_); }

  bool null() override { return put(Json()); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(std::int64_t value) override { return put(value); }
  bool number_unsigned(std::uint64_t value) override { return put(value); }
  bool number_float(double value, const std::string&) override { return put(value); }
  bool string(std::string& value) override {
    require_short(value);
    return put(std::move(value));
  }
  bool binary(Json::binary_t&) override { return false; }  // JSON as a text has none

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    require_short(name);
    if (!open_.back().names.insert(name).second) fail(concat("names '", name, "' twice"));
    open_.back().name = std::move(name);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const auto stop = text_.begin() + static_cast<std::ptrdiff_t>(
                                          std::clamp<std::size_t>(byte, 1, text_.size() + 1) - 1);
    const auto start = std::find(std::make_reverse_iterator(stop), text_.rend(), '\n').base();
    const std::string place =
        concat("line ", 1 + std::count(text_.begin(), stop, '\n'), ", column ", stop - start + 1);
    if (error.id == kNumberTooLarge)
      fail(concat("is not JSON that can be kept: a number is too large at ", place));
    fail(concat("is not JSON at ", place));
  }

 private:
  struct Open {  // an object or a list that is not yet closed
    Json* value;
    std::set<std::string> names = {};  // so far
    std::string name = {};             // of the value to come
  };

  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(concat(where_, ": ", what));
  }
  void require_short(const std::string& text) const {
    if (text.size() > limits_.text)
      fail(concat("holds a text of ", text.size(), " bytes, but at most ", limits_.text,
                  " are accepted"));
  }

  // Into the end of what is open; names are told apart by `names`, so that many take no more than
  // their number's time.
  Json& added(Json value) {
    if (++values_ > limits_.values)
      fail(concat("holds more than ", limits_.values, " values, the most that are accepted"));
    if (open_.empty()) return root_ = std::move(value);
    Json& within = *open_.back().value;
    if (within.is_array()) {
      within.get_ref<Json::array_t&>().push_back(std::move(value));
      return within.back();
    }
    auto& members = within.get_ref<Json::object_t&>();
    members.emplace_back(std::move(open_.back().name), std::move(value));
    return members.back().second;
  }
  bool put(Json value) {
    added(std::move(value));
    return true;
  }
  bool open(Json value) {
    if (static_cast<int>(open_.size()) >= limits_.depth)
      fail(concat("is nested more than ", limits_.depth, " deep, the most that is accepted"));
    open_.push_back({&added(std::move(value))});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& where_;
  const JsonLimits& limits_;
  Json root_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& where, const JsonLimits& limits) {
  if (text.size() > limits.bytes)
    throw FormatError(concat(where, ": has ", text.size(), " bytes of JSON, but at most ",
                             limits.bytes, " are accepted"));
  if (!is_utf8(text)) throw FormatError(concat(where, ": must be text in UTF-8, and is not"));
  Builder builder(text, where, limits);
  Json::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace sgilo
