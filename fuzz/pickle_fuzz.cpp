// The pickle machine, and what PyTorch's objects mean, on storages that are all there.
#include "fuzz_checkpoint.h"
#include "sgilo/checkpoint/torch_pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  const Bytes bytes = memory_bytes(std::string(reinterpret_cast<const char*>(data), size), "input");
  for (const bool inert : {false, true}) {
    PickleOptions options;
    options.inert = inert;
    Checkpoint checkpoint;
    checkpoint.path = "input";
    try {
      ByteReader reader(bytes, "input");
      const PickleDocument document = read_pickle(reader, options);
      enter_pickle(
          document, bytes,
          [](const StorageIdentity& identity) {
            if (identity.bytes() > 4096) throw FormatError("input: too large");
            return memory_bytes(std::string(identity.bytes(), '\1'), "storage");
          },
          options, checkpoint);
      require_limits(checkpoint, size, CheckpointLimits());
      checkpoint.state();
    } catch (const FormatError&) {
    }
  }
  return 0;
}
