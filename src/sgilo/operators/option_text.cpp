#include "sgilo/operators/option_text.h"

#include "sgilo/operators/typed_option_text.h"

namespace sgilo {

Json parse_option_text(std::string_view what, std::string_view text) {
  return parse_option_text(what, text, read_option_value);
}

std::string describe_options(const Json& options, std::string_view addition) {
  std::string text;
  for (const auto& item : options.items()) {
    if (item.key() == "kind") continue;
    text +=
        concat(text.empty() ? "" : ", ", item.key(), " = ",
               item.value().is_string() ? item.value().get<std::string>() : item.value().dump());
  }
  if (!addition.empty()) text += concat(text.empty() ? "" : ": ", addition);
  const std::string kind = options.at("kind").get<std::string>();
  return text.empty() ? kind : concat(kind, " (", text, ")");
}

}  // namespace sgilo
