#include "sgilo/files/folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/utf8.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/listing.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 32;  // folders inside each other; a run needs 3

FormatError unreadable(const fs::path& path, int error_number) {
  return format_error(path, concat("cannot be read: ", file_problem(error_number)));
}

FormatError link_in(const fs::path& path) {
  return format_error(path, "is a symbolic link, and none is followed inside this folder");
}

// The kind of what has the name, links not followed; 0 for nothing.
mode_t kind_of(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
             ? status.st_mode & S_IFMT
             : 0;
}

void require_plain_name(const Folder& folder, std::string_view name) {
  if (!is_plain_name(name))
    throw format_error(folder.path(),
                       concat("'", escaped(name), "' names no file inside this folder"));
}

void require_plain_below(const Folder& folder, int depth) {
  if (depth > kDeepest)
    throw format_error(folder.path(), concat("lies deeper than ", kDeepest, " folders"));
  for (const std::string& name : folder.names()) {
    const mode_t kind = kind_of(folder.descriptor(), name);
    if (kind == S_IFLNK) throw link_in(folder.path() / name);
    if (kind == S_IFDIR)
      require_plain_below(folder.folder(name), depth + 1);
    else if (kind != S_IFREG && kind != 0)
      throw format_error(folder.path() / name, "is neither a file nor a folder");
  }
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." && is_utf8(name) &&
         std::none_of(name.begin(), name.end(), [](char letter) {
           return letter == '/' || static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
         });
}

Folder::Folder(const fs::path& path) : path_(path) {
  if (has_zero_byte(path))
    throw format_error(escaped(path.native()), concat("cannot be read: ", kZeroByte));
  descriptor_ = Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor_) throw unreadable(path, errno);
}

Folder Folder::made(const fs::path& path) {
  make_folder(path);
  return Folder(path);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> names;
  if (const int problem = list_names(descriptor(), names); problem != 0)
    throw unreadable(path_, problem);
  return names;
}

bool Folder::holds(std::string_view name) const {
  return is_plain_name(name) && kind_of(descriptor(), std::string(name)) != 0;
}

fs::path Folder::operator/(std::string_view name) const {
  require_plain_name(*this, name);
  if (kind_of(descriptor(), std::string(name)) == S_IFLNK) throw link_in(path_ / name);
  return path_ / name;
}

Folder Folder::folder(std::string_view name) const {
  const fs::path inside = *this / name;
  Descriptor opened(::openat(descriptor(), std::string(name).c_str(),
                             O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) throw unreadable(inside, errno);
  return {inside, std::move(opened)};
}

Folder Folder::made_folder(std::string_view name) const {
  const fs::path inside = *this / name;
  if (::mkdirat(descriptor(), std::string(name).c_str(), 0777) != 0) {
    const int problem = errno;
    if (problem != EEXIST || kind_of(descriptor(), std::string(name)) != S_IFDIR)
      throw Error(concat(inside.string(), ": the folder cannot be made: ", file_problem(problem)));
  }
  return folder(name);
}

std::string Folder::read(std::string_view name, std::uint64_t limit) const {
  return InputFile(*this, name).read_all(limit);
}

void Folder::write(std::string_view name, std::string_view content) const {
  AtomicFile file(*this, name);
  file.write(content);
  file.commit();
}

void Folder::remove(std::string_view name) const {
  require_plain_name(*this, name);
  if (const int problem = remove_below(descriptor(), std::string(name)); problem != 0)
    throw Error(concat((path_ / name).string(), ": cannot be removed: ", file_problem(problem)));
}

void Folder::rename(std::string_view name, const Folder& to, std::string_view new_name) const {
  const fs::path from = *this / name, into = to / new_name;
  if (::renameat(descriptor(), std::string(name).c_str(), to.descriptor(),
                 std::string(new_name).c_str()) != 0)
    throw Error(
        concat(from.string(), ": cannot be renamed to ", into.string(), ": ", file_problem(errno)));
}

void Folder::require_plain_files() const { require_plain_below(*this, 1); }

}  // namespace sgilo
