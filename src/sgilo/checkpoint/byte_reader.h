// A cursor over bytes that checks before it moves. Numbers are little-endian. Every error is a
// FormatError that names the file, the field and the position.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "sgilo/checkpoint/byte_source.h"

namespace sgilo {

class ByteReader {
 public:
  // `bytes` must outlive the reader; `name` is how the user knows the file.
  ByteReader(std::string_view bytes, std::string name);
  // Reads the source through a window; only what take() names at once is held in memory.
  ByteReader(Bytes source, std::string name);

  std::uint64_t position() const { return start_ + position_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t remaining() const { return size_ - position(); }
  bool at_end() const { return remaining() == 0; }
  const std::string& name() const { return name_; }

  // The next `count` bytes, valid until the next call.
  std::string_view take(std::uint64_t count, std::string_view field) {
    if (count > window_.size() - position_) refill(count, field);
    const std::string_view taken = window_.substr(position_, count);
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

  // The bytes up to a newline, which is passed over; at most `limit` of them.
  std::string_view line(std::uint64_t limit, std::string_view field);

  void skip(std::uint64_t count, std::string_view field);
  void seek(std::uint64_t position, std::string_view field);

  // Throws FormatError "<name>: <text> (byte <position>)".
  [[noreturn]] void fail(std::string_view text) const;

 private:
  void refill(std::uint64_t count, std::string_view field);

  Bytes source_;             // null: the window is all there is
  std::string buffer_;       // what the window shows of the source
  std::string_view window_;  // bytes from start_ on
  std::uint64_t start_ = 0;
  std::uint64_t position_ = 0;  // in the window
  std::uint64_t size_;
  std::string name_;
};

}  // namespace sgilo
