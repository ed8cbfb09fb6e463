// A cursor over bytes in memory that checks before it moves. Numbers are little-endian. Every error
// is a FormatError that names the file, the field and the position.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "sgilo/core/error.h"

namespace sgilo {

class ByteReader {
 public:
  // `bytes` must outlive the reader; `name` is how the user knows the file.
  ByteReader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  bool at_end() const { return remaining() == 0; }
  const std::string& name() const { return name_; }

  std::string_view take(std::uint64_t count, std::string_view field) {
    if (count > remaining())
      fail(concat(field, " needs ", count, " bytes, but only ", remaining(), " are left"));
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

  template <std::integral T>
  T number(std::string_view field) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, take(sizeof(T), field).data(), sizeof(T));
    return value;
  }

  void seek(std::uint64_t position, std::string_view field) {
    if (position > bytes_.size())
      fail(concat(field, " points to byte ", position, ", but there are only ", bytes_.size()));
    position_ = position;
  }

  // Throws FormatError "<name>: <text> (byte <position>)".
  [[noreturn]] void fail(std::string_view text) const {
    throw FormatError(concat(name_, ": ", text, " (byte ", position_, ")"));
  }

 private:
  std::string_view bytes_;
  std::string name_;
  std::size_t position_ = 0;
};

}  // namespace sgilo
