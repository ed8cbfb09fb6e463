// Bytes at any position: of a file, a part of one, a record of an archive, or memory. Readers ask
// for what they need, so that a file of gigabytes is never held whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace sgilo {

class Folder;

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `bytes` bytes at `data` from `offset`; throws FormatError when they are not all there.
  virtual void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const = 0;
  // Reads all of it where the container keeps a checksum; throws FormatError when it differs.
  virtual void verify() const {}
};

using Bytes = std::shared_ptr<const ByteSource>;

// Both throw FormatError as InputFile does.
Bytes file_bytes(const std::filesystem::path& path);
Bytes file_bytes(const Folder& folder, std::string_view name);
// `name` is how the user knows them.
Bytes memory_bytes(std::string content, std::string name);
// A part; throws FormatError naming `name` when it is not inside.
Bytes part_of(Bytes whole, std::uint64_t offset, std::uint64_t size, const std::string& name);

}  // namespace sgilo
