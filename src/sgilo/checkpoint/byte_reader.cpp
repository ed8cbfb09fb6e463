#include "sgilo/checkpoint/byte_reader.h"

#include <algorithm>
#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kWindow = 1 << 16;  // bytes read ahead

}  // namespace

ByteReader::ByteReader(std::string_view bytes, std::string name)
    : window_(bytes), size_(bytes.size()), name_(std::move(name)) {}

ByteReader::ByteReader(Bytes source, std::string name)
    : source_(std::move(source)), size_(source_->size()), name_(std::move(name)) {}

void ByteReader::refill(std::uint64_t count, std::string_view field) {
  if (count > remaining())
    fail(concat(field, " needs ", count, " bytes, but only ", remaining(), " are left"));
  start_ = position();
  position_ = 0;
  buffer_.resize(std::min(std::max(count, kWindow), size_ - start_));
  source_->read_at(start_, buffer_.data(), buffer_.size());
  window_ = buffer_;
}

std::string_view ByteReader::line(std::uint64_t limit, std::string_view field) {
  const std::uint64_t visible = std::min(limit + 1, remaining());
  if (visible > window_.size() - position_) refill(visible, field);
  const std::string_view ahead = window_.substr(position_, visible);
  const std::size_t end = ahead.find('\n');
  if (end == std::string_view::npos)
    fail(remaining() > limit ? concat(field, " has more than ", limit, " characters")
                             : concat(field, " has no end of line"));
  position_ += end + 1;
  return ahead.substr(0, end);
}

void ByteReader::skip(std::uint64_t count, std::string_view field) {
  if (count > remaining())
    fail(concat(field, " needs ", count, " bytes, but only ", remaining(), " are left"));
  seek(position() + count, field);
}

void ByteReader::seek(std::uint64_t position, std::string_view field) {
  if (position > size_)
    fail(concat(field, " points to byte ", position, ", but there are only ", size_));
  if (position >= start_ && position - start_ <= window_.size()) {
    position_ = position - start_;
  } else {
    start_ = position;
    position_ = 0;
    window_ = {};
  }
}

void ByteReader::fail(std::string_view text) const {
  throw FormatError(escaped(concat(name_, ": ", text, " (byte ", position(), ")")));
}

}  // namespace sgilo
