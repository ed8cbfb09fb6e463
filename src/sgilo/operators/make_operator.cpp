#include "sgilo/operators/make_operator.h"

#include "sgilo/operators/operator_state.h"
#include "sgilo/operators/option_text.h"

namespace sgilo {
namespace {

using Operator = std::unique_ptr<ForwardOperator>;

// What a chain builds in turn: make_part(json, shape, index).
template <class MakePart>
Operator chain_of(const ChainOptions& options, Shape shape, const MakePart& make_part) {
  std::vector<Operator> parts;
  for (const Json& json : options.parts) {
    parts.push_back(make_part(json, shape, parts.size()));
    shape = parts.back()->measurement_shape();
  }
  return std::make_unique<Composition>(std::move(parts));
}

// Where an operator without state is the same however it is built.
Operator stateless(const IdentityOptions&, const Shape& shape) {
  return std::make_unique<Identity>(shape);
}
Operator stateless(const GrayscaleOptions&, const Shape& shape) {
  return std::make_unique<Grayscale>(shape);
}
Operator stateless(const DownsamplingOptions& options, const Shape& shape) {
  return std::make_unique<Downsampling>(options, shape);
}
Operator stateless(const ResizingOptions& options, const Shape& shape) {
  return std::make_unique<Resizing>(options, shape);
}
template <class S>
concept Stateless = requires(const S& options, const Shape& shape) {
  stateless(options, shape);
};

struct Builder {
  const Shape& shape;
  const RandomStreams& streams;
  const ReadMask& read_mask;

  Operator operator()(const Stateless auto& options) const { return stateless(options, shape); }
  Operator operator()(const InpaintingOptions& options) const {
    return std::make_unique<Inpainting>(options_with_kind(options), shape,
                                        draw_mask(options, shape, streams));
  }
  Operator operator()(const BoxOptions& options) const {
    return std::make_unique<Inpainting>(options_with_kind(options), shape,
                                        mask_around(options, shape));
  }
  Operator operator()(const MaskOptions& options) const {
    if (!read_mask)
      throw ConfigError(concat("operator mask: '", options.file,
                               "' must be read by the caller, but no reader is given"));
    return std::make_unique<Inpainting>(options_with_kind(options), shape,
                                        mask_from(options, shape, read_mask(options)));
  }
  Operator operator()(const CirculantOptions& options) const {
    return std::make_unique<PartialCirculant>(options, shape, streams);
  }
  Operator operator()(const GaussianProjectionOptions& options) const {
    return std::make_unique<GaussianProjection>(options, shape, streams);
  }
  Operator operator()(const ChainOptions& options) const {
    return chain_of(options, shape, [&](const Json& json, const Shape& part_shape, std::size_t i) {
      return make_operator(read_operator(json), part_shape, streams.child("part", i), read_mask);
    });
  }
};

struct Rebuilder {
  const Shape& shape;
  const StateDict& state;

  template <class S>
  Operator inpainting(const S& options) const {
    require_planes(S::kind, shape);
    return std::make_unique<Inpainting>(options_with_kind(options), shape,
                                        require_state(state, "mask", {shape[1], shape[2]}));
  }

  Operator operator()(const Stateless auto& options) const { return stateless(options, shape); }
  Operator operator()(const InpaintingOptions& options) const { return inpainting(options); }
  Operator operator()(const BoxOptions& options) const { return inpainting(options); }
  Operator operator()(const MaskOptions& options) const { return inpainting(options); }
  Operator operator()(const CirculantOptions& options) const {
    return std::make_unique<PartialCirculant>(options, shape, state);
  }
  Operator operator()(const GaussianProjectionOptions& options) const {
    return std::make_unique<GaussianProjection>(options, shape, state);
  }
  Operator operator()(const ChainOptions& options) const {
    return chain_of(options, shape, [&](const Json& json, const Shape& part_shape, std::size_t i) {
      return restore_operator(json, with_prefix_removed(state, concat(i, ".")), part_shape);
    });
  }
};

}  // namespace

Json parse_operator(std::string_view text) {
  Json parts = Json::array();
  for (std::size_t start = 0; start <= text.size();) {
    const std::string_view part = text.substr(start, text.find('|', start) - start);
    parts.push_back(parse_option_text("operator", part));
    start += part.size() + 1;
  }
  return parts.size() == 1 ? parts[0] : options_with_kind(ChainOptions{parts});
}

OperatorOptions read_operator(const Json& json, const std::string& path) {
  OperatorOptions options;
  variant_from_json(json, options, "operator", path);
  if (const auto* chain = std::get_if<ChainOptions>(&options))
    for (std::size_t i = 0; i < chain->parts.size(); ++i)
      read_operator(chain->parts[i], concat(path, ".parts[", i, "]"));
  return options;
}

Operator make_operator(const OperatorOptions& options, const Shape& image_shape,
                       const RandomStreams& streams, const ReadMask& read_mask) {
  std::visit([](const auto& member) { validate(member, "operator."); }, options);
  return std::visit(Builder{image_shape, streams, read_mask}, options);
}

Operator restore_operator(const Json& options, const StateDict& state, const Shape& image_shape) {
  try {
    Operator restored = std::visit(Rebuilder{image_shape, state}, read_operator(options));
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
