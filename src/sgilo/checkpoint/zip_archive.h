// Records of a zip archive by name, read through libzip: stored or deflated, checked against their
// CRC-32. Nothing is ever extracted to a path. In a build without libzip (SGILO_ZIP=OFF) opening
// throws ConfigError.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sgilo/checkpoint/byte_source.h"

namespace sgilo {

class ZipArchive {
 public:
  // `name` is how the user knows the file. Throws FormatError for an archive that is cut off,
  // inconsistent, encrypted, or names a record twice, and for records that overlap or cannot be as
  // large as they say.
  ZipArchive(Bytes file, const std::string& name);

  const std::vector<std::string>& names() const;  // in the archive's order
  bool has(const std::string& name) const;
  // False where it was written without checksums: every one is zero. A record that has the only
  // zero among others is damaged.
  bool has_checksums() const;

  // A record as bytes at any position; reads of more than a header compare its checksum. Throws
  // FormatError when there is none of that name.
  Bytes record(const std::string& name) const;
  std::string content(const std::string& name, std::uint64_t limit) const;  // at most `limit` bytes
  // All records, for their checksums: size() is the sum of theirs.
  Bytes all() const;

  struct Contents;

 private:
  std::shared_ptr<Contents> contents_;
};

}  // namespace sgilo
