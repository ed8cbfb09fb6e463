// The operators by name, from their text or JSON to the object and back. A new operator is an
// include and a name in the variant here. Its options name its class and its traits; draw_state
// beside it draws its state, if any.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/operators/composition.h"
#include "sgilo/operators/compressed_sensing.h"
#include "sgilo/operators/downsampling.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/grayscale.h"
#include "sgilo/operators/identity.h"
#include "sgilo/operators/inpainting.h"
#include "sgilo/operators/operator_state.h"
#include "sgilo/operators/resizing.h"

namespace sgilo {

using OperatorOptions = std::variant<IdentityOptions, InpaintingOptions, BoxOptions, MaskOptions,
                                     DownsamplingOptions, ResizingOptions, GrayscaleOptions,
                                     CirculantOptions, GaussianProjectionOptions, ChainOptions>;

// "inpaint:keep=0.05" to {"kind": "inpaint", "keep": 0.05}, and "a|b" to {"kind": "chain",
// "parts": [a, b]}: the text's form alone. Throws ConfigError.
Json parse_operator(std::string_view text);

// Names, keys and ranges checked, the parts of a chain too. Throws ConfigError, whose sentence
// begins with the place under `path`: "operator.keep must be in (0, 1], but is 2".
OperatorOptions read_operator(const Json& json, const std::string& path = "operator");

// The operators of a chain, those of a chain within it too; of any other operator itself.
std::vector<OperatorOptions> parts_of(const OperatorOptions& options);

OperatorTraits traits_of(const OperatorOptions& options);

// Draws the random state from `streams` once. Throws ConfigError when the options are out of range
// or do not fit the shape, [C, H, W], or a mask has no reader; FormatError when a mask's file has
// another size.
StateDict draw_state(const OperatorOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles& files = {});

// The operator of a state. Throws ConfigError, and FormatError when the state is of another one.
std::unique_ptr<ForwardOperator> build_operator(const OperatorOptions& options,
                                                const Shape& image_shape, const StateDict& state);

// build_operator of draw_state.
std::unique_ptr<ForwardOperator> make_operator(const OperatorOptions& options,
                                               const Shape& image_shape,
                                               const RandomStreams& streams,
                                               const OperatorFiles& files = {});

// build_operator of what a file keeps, options() and state(): the same operator, bit for bit.
// Throws FormatError.
std::unique_ptr<ForwardOperator> restore_operator(const Json& options, const StateDict& state,
                                                  const Shape& image_shape);

}  // namespace sgilo
