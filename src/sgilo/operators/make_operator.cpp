#include "sgilo/operators/make_operator.h"

#include "sgilo/operators/typed_option_text.h"

namespace sgilo {

Json parse_operator(std::string_view text) {
  return parse_chain_text("operator", text, read_option_value);
}

namespace {

// Chains take what their parts take, one after the other, and those within chains are read once more
// at each level.
constexpr int kDeepestChain = 4;
constexpr int kMostParts = 64;

OperatorOptions read_operator(const Json& json, const std::string& path, int chains, int& parts) {
  OperatorOptions options;
  variant_from_json(json, options, "operator", path);
  const auto* chain = std::get_if<ChainOptions>(&options);
  if (chain == nullptr) {
    if (++parts > kMostParts)
      throw ConfigError(concat("operator: a chain may have at most ", kMostParts, " parts"));
    return options;
  }
  if (chains == kDeepestChain)
    throw ConfigError(concat("operator: chains may be nested ", kDeepestChain,
                             " deep at most; name the parts one after the other"));
  for (std::size_t i = 0; i < chain->parts.size(); ++i)
    read_operator(chain->parts[i], concat(path, ".parts[", i, "]"), chains + 1, parts);
  return options;
}

}  // namespace

OperatorOptions read_operator(const Json& json, const std::string& path) {
  int parts = 0;
  return read_operator(json, path, 0, parts);
}

std::vector<OperatorOptions> parts_of(const OperatorOptions& options) {
  const auto* chain = std::get_if<ChainOptions>(&options);
  if (!chain) return {options};
  std::vector<OperatorOptions> parts;
  for (const Json& json : chain->parts)
    for (const OperatorOptions& part : parts_of(read_operator(json))) parts.push_back(part);
  return parts;
}

OperatorTraits traits_of(const OperatorOptions& options) {
  return std::visit([](const auto& member) { return traits_of(member); }, options);
}

StateDict draw_state(const OperatorOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles& files) {
  std::visit([](const auto& member) { validate(member, "operator."); }, options);
  return std::visit(
      [&](const auto& member) { return draw_state(member, image_shape, streams, files); }, options);
}

std::unique_ptr<ForwardOperator> build_operator(const OperatorOptions& options,
                                                const Shape& image_shape, const StateDict& state) {
  return std::visit(
      [&](const auto& member) -> std::unique_ptr<ForwardOperator> {
        using Operator = typename std::remove_cvref_t<decltype(member)>::Operator;
        return std::make_unique<Operator>(member, image_shape, state);
      },
      options);
}

std::unique_ptr<ForwardOperator> make_operator(const OperatorOptions& options,
                                               const Shape& image_shape,
                                               const RandomStreams& streams,
                                               const OperatorFiles& files) {
  return build_operator(options, image_shape, draw_state(options, image_shape, streams, files));
}

std::unique_ptr<ForwardOperator> restore_operator(const Json& options, const StateDict& state,
                                                  const Shape& image_shape) {
  try {
    auto restored = build_operator(read_operator(options), image_shape, state);
    const StateDict own = restored->state();
    for (const auto& [name, tensor] : state)
      if (!own.count(name))
        throw FormatError(
            concat("tensor '", name, "' belongs to no part of operator ", restored->describe()));
    return restored;
  } catch (const ConfigError& error) {  // here the user's option is a file's content
    throw FormatError(error.what());
  }
}

}  // namespace sgilo
