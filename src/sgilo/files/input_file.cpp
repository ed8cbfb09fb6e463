#include "sgilo/files/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>

#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

using Bytes = std::shared_ptr<const std::string>;

FormatError unreadable(const std::filesystem::path& path, int error_number) {
  return format_error(path, concat("cannot be read: ", file_problem(error_number)));
}

// EINTR is an error here: Ctrl-C ends the wait for a writer.
Bytes read_to_end(const std::filesystem::path& path, std::uint64_t limit) {
  const Descriptor stream(is_standard_stream(path)
                              ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                              : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!stream) throw unreadable(path, errno);
  std::string content, chunk(1 << 20, '\0');
  ssize_t got = 0;
  while (content.size() <= limit && (got = ::read(stream.get(), chunk.data(), chunk.size())) > 0)
    content.append(chunk, 0, static_cast<std::size_t>(got));
  if (got < 0) throw unreadable(path, errno);
  if (content.size() > limit)
    throw format_error(path, concat("has more than ", limit, " bytes, the most that are accepted"));
  return std::make_shared<const std::string>(std::move(content));
}

// A stream's bytes are gone once they are read,
// but callers open a file for its hash and again for its content.
Bytes stream_bytes(const std::filesystem::path& path, const struct stat& status,
                   std::uint64_t limit) {
  static std::mutex mutex;
  static std::map<std::tuple<std::string, dev_t, ino_t>, Bytes> kept;
  const std::lock_guard lock(mutex);
  const std::tuple key(path.string(), status.st_dev, status.st_ino);
  const auto found = kept.find(key);
  return found != kept.end() ? found->second : kept[key] = read_to_end(path, limit);
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path, std::uint64_t stream_limit) : path_(path) {
  if (has_zero_byte(path))
    throw format_error(escaped(path.native()), concat("cannot be read: ", kZeroByte));
  struct stat status {};
  if (is_standard_stream(path)) {
    if (::fstat(STDIN_FILENO, &status) != 0) throw unreadable(path, errno);
    stream_ = stream_bytes(path, status, stream_limit);
  } else if (::stat(path.c_str(), &status) == 0 &&
             (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))) {
    stream_ = stream_bytes(path, status, stream_limit);
  }
  if (stream_) {
    size_ = stream_->size();
    return;
  }
  // O_NONBLOCK: never wait, should the path name a pipe by now.
  descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  require_regular();
}

InputFile::InputFile(const Folder& folder, std::string_view name)
    : path_(folder / name),
      descriptor_(::openat(folder.descriptor(), std::string(name).c_str(),
                           O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)) {
  require_regular();
}

void InputFile::require_regular() {
  struct stat status {};
  if (!descriptor_ || ::fstat(descriptor_.get(), &status) != 0) throw unreadable(path_, errno);
  if (S_ISDIR(status.st_mode)) throw unreadable(path_, EISDIR);
  if (!S_ISREG(status.st_mode))
    throw format_error(path_, "cannot be read: it is not a regular file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const {
  if (offset > size_ || bytes > size_ - offset)
    throw format_error(path_, concat("is truncated: ", bytes, " bytes are needed at byte ", offset,
                                     ", but the file has ", size_));
  if (stream_) {
    if (bytes > 0) std::memcpy(data, stream_->data() + offset, bytes);
    return;
  }
  char* out = static_cast<char*>(data);
  constexpr std::uint64_t kLargestRead = std::uint64_t{1} << 30;
  while (bytes > 0) {
    const ssize_t got =
        ::pread(descriptor_.get(), out, std::min(bytes, kLargestRead), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(path_, errno);
    if (got == 0) throw format_error(path_, "became shorter while it was read");
    out += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
}

std::string InputFile::read_all(std::uint64_t limit) const {
  if (size_ > limit)
    throw format_error(path_,
                       concat("has ", size_, " bytes, but at most ", limit, " are accepted"));
  std::string content(size_, '\0');
  read_at(0, content.data(), content.size());
  return content;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  return InputFile(path, limit).read_all(limit);
}

}  // namespace sgilo
