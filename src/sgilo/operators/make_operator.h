// The operators by name, from their text or JSON to the object and back. A new operator is one name
// in the variant here and an overload in Builder and Rebuilder in the source.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "sgilo/core/random_streams.h"
#include "sgilo/operators/composition.h"
#include "sgilo/operators/compressed_sensing.h"
#include "sgilo/operators/downsampling.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/grayscale.h"
#include "sgilo/operators/identity.h"
#include "sgilo/operators/inpainting.h"
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

// The brightness of a mask's file, [H, W] in [0, 1]: files are for the caller to open.
using ReadMask = std::function<Tensor(const MaskOptions&)>;

// Draws the random state from `streams` once. Throws ConfigError when the options do not fit the
// shape, [C, H, W], or a mask has no reader; FormatError when a mask's file has another size.
std::unique_ptr<ForwardOperator> make_operator(const OperatorOptions& options,
                                               const Shape& image_shape,
                                               const RandomStreams& streams,
                                               const ReadMask& read_mask = {});

// The same operator, bit for bit, from what a file keeps of it: options() and state(). Throws
// FormatError.
std::unique_ptr<ForwardOperator> restore_operator(const Json& options, const StateDict& state,
                                                  const Shape& image_shape);

}  // namespace sgilo
