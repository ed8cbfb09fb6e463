#include "sgilo/files/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path), target_(path) {
  if (is_standard_stream(path)) {
    descriptor_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (descriptor_ < 0) fail(errno);
    return;
  }
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::character) {
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor_ < 0) fail(errno);
    return;
  }
  if (std::filesystem::is_symlink(path, error)) target_ = std::filesystem::weakly_canonical(path);
  if (kind == std::filesystem::file_type::directory) fail(EISDIR);
  if (kind != std::filesystem::file_type::regular &&
      kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::none)
    throw Error(concat(path.string(), ": cannot be written: it is not a regular file"));
  static std::atomic<unsigned> counter{0};
  do {
    temporary_ = folder_of(target_) / concat(".sgilo-", ::getpid(), "-", counter++, ".tmp");
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail(errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(int error_number) const {
  throw Error(concat(is_standard_stream(path_) ? "stdout" : path_.string(),
                     ": cannot be written: ", file_problem(error_number)));
}

void AtomicFile::write(const void* data, std::uint64_t bytes) {
  const char* in = static_cast<const char*>(data);
  constexpr std::uint64_t kLargestWrite = std::uint64_t{1} << 30;
  while (bytes > 0) {
    const ssize_t put = ::write(descriptor_, in, std::min(bytes, kLargestWrite));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(errno);
    in += put;
    bytes -= static_cast<std::uint64_t>(put);
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail(errno);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(errno);
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();
  // The rename itself reaches the disk with the folder;
  // a file system that cannot do so is no failure.
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace sgilo
