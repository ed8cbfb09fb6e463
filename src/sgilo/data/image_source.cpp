#include "sgilo/data/image_source.h"

#include <algorithm>
#include <cstring>

#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {
constexpr std::uint64_t kWindow = 1 << 16;
}

ImageSource::ImageSource(std::string_view bytes, std::filesystem::path path)
    : bytes_(bytes), path_(std::move(path)), size_(bytes.size()), budget_(kFreeBytes) {}

ImageSource::ImageSource(const InputFile& file)
    : file_(&file), path_(file.path()), size_(file.size()), budget_(kFreeBytes) {}

bool ImageSource::fill_window() noexcept {
  try {
    window_.resize(std::min(kWindow, size_ - position_));
    file_->read_at(position_, window_.data(), window_.size());
    window_start_ = position_;
    return true;
  } catch (const std::exception& error) {
    window_.clear();
    if (problem_.empty()) problem_ = error.what();
    return false;
  }
}

std::size_t ImageSource::read(void* out, std::size_t count) noexcept {
  const std::uint64_t wanted = std::min<std::uint64_t>(count, budget_);
  std::size_t done = 0;
  while (done < wanted && position_ < size_) {
    std::string_view here;
    if (file_ == nullptr) {
      here = bytes_.substr(position_);
    } else {
      const bool inside = position_ >= window_start_ && position_ < window_start_ + window_.size();
      if (!inside && !fill_window()) break;
      here = std::string_view(window_).substr(position_ - window_start_);
    }
    const std::size_t part = std::min<std::size_t>(here.size(), wanted - done);
    std::memcpy(static_cast<char*>(out) + done, here.data(), part);
    done += part;
    position_ += part;
  }
  budget_ -= done;
  if (done < count && position_ >= size_) ended_ = true;
  return done;
}

std::string ImageSource::start(std::size_t count) {
  std::string text(std::min<std::uint64_t>({count, size_, budget_}), '\0');
  const std::uint64_t before = position_;
  position_ = 0;
  text.resize(read(text.data(), text.size()));
  position_ = before;
  if (!problem_.empty()) throw FormatError(problem_);
  return text;
}

FormatError ImageSource::error(std::string_view text) const { return format_error(path_, text); }

FormatError ImageSource::failure() const {
  if (!problem_.empty()) return FormatError(problem_);
  if (budget_ == 0) return error("is damaged: it holds more bytes than its picture can need");
  if (ended_)
    return error(
        concat("is truncated: it ends at byte ", size_, ", before the end of the picture"));
  return error("is damaged: its picture cannot be decoded");
}

}  // namespace sgilo
