// Writes a zip archive of stored records, as numpy.savez and torch.save do: each record's header,
// its bytes, and the directory at the end. Archives above 4 GiB or 65,535 records are of zip64.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sgilo {

// A record to write: fragments of memory that must live until write_zip returns.
struct ZipRecord {
  std::string name;  // in UTF-8
  std::vector<std::pair<const void*, std::uint64_t>> fragments;
};

// The file appears whole or not at all, as AtomicFile has it. Throws Error when it cannot be
// written.
void write_zip(const std::filesystem::path& path, const std::vector<ZipRecord>& records);

}  // namespace sgilo
