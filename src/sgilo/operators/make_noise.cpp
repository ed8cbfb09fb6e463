#include "sgilo/operators/make_noise.h"

#include "sgilo/operators/option_text.h"

namespace sgilo {

Json parse_noise(std::string_view text) { return parse_option_text("noise", text); }

NoiseOptions read_noise(const Json& json, const std::string& path) {
  NoiseOptions options;
  variant_from_json(json, options, "noise", path);
  return options;
}

std::shared_ptr<const NoiseModel> make_noise(const NoiseOptions& options) {
  return std::visit(
      []<class O>(const O& member) -> std::shared_ptr<const NoiseModel> {
        return std::make_shared<typename O::Model>(member);
      },
      options);
}

}  // namespace sgilo
