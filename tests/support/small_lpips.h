// LPIPS with few channels: the tensors of its two files, in the names and places of VGG16.
#pragma once

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/metrics/lpips.h"

namespace sgilo {

struct LpipsWeights {
  StateDict linear, backbone;
  Lpips lpips() const { return Lpips(linear, backbone); }
};

// The numbers of make(name, shape), for these channels of the five blocks.
template <class Make>
LpipsWeights small_lpips(const std::vector<std::int64_t>& channels, const Make& make) {
  const std::vector<std::vector<int>> blocks{
      {0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};
  LpipsWeights out;
  std::int64_t inputs = 3;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (const int index : blocks[i]) {
      const std::string name = concat("features.", index);
      out.backbone[name + ".weight"] = make(name + ".weight", Shape{channels[i], inputs, 3, 3});
      out.backbone[name + ".bias"] = make(name + ".bias", Shape{channels[i]});
      inputs = channels[i];
    }
    const std::string name = concat("lin", i, ".model.1.weight");
    out.linear[name] = make(name, Shape{1, inputs, 1, 1}).abs();
  }
  return out;
}

inline LpipsWeights random_small_lpips(torch::ScalarType type = torch::kFloat32) {
  return small_lpips({4, 5, 6, 7, 8}, [&](const std::string& name, const Shape& shape) {
    return (RandomStreams(1).child(name).normal(shape) * (shape.size() == 4 ? 0.3 : 0.1)).to(type);
  });
}

}  // namespace sgilo
