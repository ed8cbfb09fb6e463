// How a pickle of PyTorch names a storage outside of itself: ("storage", class, key, location,
// count[, view]).
#pragma once

#include <cstdint>
#include <string>

#include "sgilo/checkpoint/pickle_document.h"
#include "sgilo/core/torch.h"

namespace sgilo {

struct StorageIdentity {
  torch::ScalarType type = torch::kFloat32;
  std::string key;
  std::uint64_t count = 0;  // numbers
  // The legacy form's view of another storage; empty key: none.
  std::string view_key;
  std::uint64_t view_offset = 0, view_count = 0;

  std::uint64_t bytes() const { return count * torch::elementSize(type); }
};

// Throws FormatError naming `where` and the byte for anything else.
StorageIdentity storage_identity(const PickleDocument& document, PickleRef persistent,
                                 const std::string& where);

}  // namespace sgilo
