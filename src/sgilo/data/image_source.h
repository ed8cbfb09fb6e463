// The bytes of an image file as decoding libraries ask for them: from their callbacks, so that no
// read throws, and within a budget, so that a file cannot be read without end. What went wrong is
// said when the library has given up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/files/input_file.h"

namespace sgilo {

class ImageSource {
 public:
  // Both must outlive the source; `path` names the bytes in errors.
  ImageSource(std::string_view bytes, std::filesystem::path path);
  explicit ImageSource(const InputFile& file);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

  // Copies up to `count` bytes from the position on and moves over them; fewer at the end of the
  // file or the budget, and when the file cannot be read.
  std::size_t read(void* out, std::size_t count) noexcept;

  // The first `count` bytes, or as many as there are; the position stays.
  std::string start(std::size_t count);

  // How many bytes may be read in all; at first kFreeBytes.
  void set_budget(std::uint64_t bytes) { budget_ = bytes; }

  // Says why a library gave up: the file ends too early, cannot be read, or is damaged.
  FormatError failure() const;
  FormatError error(std::string_view text) const;

 private:
  bool fill_window() noexcept;

  std::string_view bytes_;           // of a file in memory
  const InputFile* file_ = nullptr;  // or on the disk
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t budget_;
  std::string window_;  // of the file, from window_start_ on
  std::uint64_t window_start_ = 0;
  bool ended_ = false;   // a read went past the end
  std::string problem_;  // of the file system
};

// Bytes of a file that need no picture to explain them: headers, profiles, thumbnails, texts.
inline constexpr std::uint64_t kFreeBytes = std::uint64_t{32} << 20;

}  // namespace sgilo
