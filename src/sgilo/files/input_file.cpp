#include "sgilo/files/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sgilo/files/file_problem.h"

namespace sgilo {

InputFile::InputFile(const std::filesystem::path& path) : path_(path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw format_error(path, concat("cannot be read: ", file_problem(errno)));
  struct stat status {};
  std::string problem;
  if (::fstat(descriptor_, &status) != 0)
    problem = file_problem(errno);
  else if (S_ISDIR(status.st_mode))
    problem = file_problem(EISDIR);
  else if (!S_ISREG(status.st_mode))
    problem = "it is not a regular file";
  if (!problem.empty()) {
    ::close(descriptor_);
    throw format_error(path, concat("cannot be read: ", problem));
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const {
  if (offset > size_ || bytes > size_ - offset)
    throw format_error(path_, concat("is truncated: ", bytes, " bytes are needed at byte ", offset,
                                     ", but the file has ", size_));
  char* out = static_cast<char*>(data);
  constexpr std::uint64_t kLargestRead = std::uint64_t{1} << 30;
  while (bytes > 0) {
    const ssize_t got =
        ::pread(descriptor_, out, std::min(bytes, kLargestRead), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw format_error(path_, concat("cannot be read: ", file_problem(errno)));
    if (got == 0) throw format_error(path_, "became shorter while it was read");
    out += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit)
    throw format_error(path,
                       concat("has ", file.size(), " bytes, but at most ", limit, " are accepted"));
  std::string content(file.size(), '\0');
  file.read_at(0, content.data(), content.size());
  return content;
}

}  // namespace sgilo
