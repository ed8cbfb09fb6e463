#include "sgilo/files/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/leftovers.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {

std::filesystem::path link_target(std::filesystem::path path) {
  std::error_code ends;
  for (auto link = std::filesystem::read_symlink(path, ends); !ends;
       link = std::filesystem::read_symlink(path, ends))
    path = path.parent_path() / link;  // an absolute link replaces all
  return path;
}

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path) {
  if (is_standard_stream(path)) {
    file_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!file_) fail(errno);
    return;
  }
  if (has_zero_byte(path))
    throw Error(concat(escaped(path.native()), ": cannot be written: ", kZeroByte));
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::none) fail(error.value());
  if (kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::character) {
    file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file_) fail(errno);
    return;
  }
  if (path.empty()) fail(ENOENT);
  if (kind == std::filesystem::file_type::directory || !path.has_filename()) fail(EISDIR);
  if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found)
    throw Error(concat(path.string(), ": cannot be written: it is not a regular file"));
  const std::filesystem::path target = link_target(path);
  const std::filesystem::path parent = target.has_parent_path() ? target.parent_path() : ".";
  folder_ = Descriptor(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) fail(errno);
  name_ = target.filename();
  open_temporary();
}

AtomicFile::AtomicFile(const Folder& folder, std::string_view name)
    : path_(folder / name), folder_(::fcntl(folder.descriptor(), F_DUPFD_CLOEXEC, 3)), name_(name) {
  if (!folder_) fail(errno);
  open_temporary();
}

void AtomicFile::open_temporary() {
  struct stat status {};
  if (::fstatat(folder_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISDIR(status.st_mode)) fail(EISDIR);
    if (!S_ISREG(status.st_mode))
      throw Error(concat(path_.string(), ": cannot be written: it is not a regular file"));
    replaced_ = status;
  }
  remove_leftovers(folder_.get());
  do {
    temporary_ = temporary_name();
    // What is to replace a private file is private from the start.
    file_ = Descriptor(::openat(folder_.get(), temporary_.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                replaced_ ? 0600 : 0666));
  } while (file_ ? !lock_temporary(file_.get()) : errno == EEXIST);
  if (!file_) {
    temporary_.clear();
    fail(errno);
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

void AtomicFile::fail(int error_number) const {
  throw Error(concat(is_standard_stream(path_) ? "stdout" : path_.string(),
                     ": cannot be written: ", file_problem(error_number)));
}

void AtomicFile::write(const void* data, std::uint64_t bytes) {
  const char* in = static_cast<const char*>(data);
  constexpr std::uint64_t kLargestWrite = std::uint64_t{1} << 30;
  while (bytes > 0) {
    const ssize_t put = ::write(file_.get(), in, std::min(bytes, kLargestWrite));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(errno);
    in += put;
    bytes -= static_cast<std::uint64_t>(put);
  }
}

// Where the owner or group cannot be kept, nobody gains rights: those of the group go.
void AtomicFile::take_over_permissions() const {
  if (!replaced_) return;
  mode_t mode = replaced_->st_mode & 0777;
  if (::fchown(file_.get(), replaced_->st_uid, replaced_->st_gid) != 0 &&
      ::fchown(file_.get(), static_cast<uid_t>(-1), replaced_->st_gid) != 0)
    mode &= ~mode_t{0070};
  ::fchmod(file_.get(), mode);  // a file system without permissions is no failure
}

void AtomicFile::commit() {
  if (temporary_.empty()) {
    if (file_.close() != 0) fail(errno);
    return;
  }
  take_over_permissions();
  if (::fsync(file_.get()) != 0) fail(errno);
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0) fail(errno);
  temporary_.clear();
  if (file_.close() != 0) fail(errno);
  // The rename itself reaches the disk with the folder;
  // a file system that cannot do so is no failure.
  const Descriptor folder(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace sgilo
