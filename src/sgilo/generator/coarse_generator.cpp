#include "sgilo/generator/coarse_generator.h"

#include "sgilo/core/error.h"
#include "sgilo/generator/kernels/upsample_filter.h"

namespace sgilo {

CoarseGenerator::CoarseGenerator(const StyleGan2Generator& whole, std::int64_t side)
    : whole_(whole), side_(side), last_block_(-1) {
  const SynthesisOptions& o = whole.network()->synthesis->options;
  for (std::int64_t b = 0; b < o.blocks(); ++b)
    if (o.resolution(b) == side) last_block_ = b;
  if (last_block_ < 0)
    throw ConfigError(
        concat("solver.coarse_side must be 4, 8, ... to ", o.size(), ", but is ", side));
}

std::string CoarseGenerator::describe() const {
  return concat(whole_.describe(), ", cut at ", side_, "x", side_);
}

Tensor CoarseGenerator::decode(const LatentState& state) const {
  if (state.layer > last_block_)
    throw ConfigError(concat("layer ", state.layer,
                             " comes after the blocks of a generator cut at ", side_, "x", side_));
  Tensor image = whole_.decode(state, last_block_);
  while (image.size(2) < whole_.image_shape()[1]) image = upsample(image);
  return image;
}

}  // namespace sgilo
