// A folder whose files the program names itself: of a run, a saved state, a model. It is held open,
// and what it holds is reached below its descriptor by plain names and never through a symbolic
// link, so that a folder which came from elsewhere can have nothing outside it read or written.
// The path of the folder itself is the user's: links in it are followed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/files/descriptor.h"
#include "sgilo/files/input_file.h"

namespace sgilo {

// Whether a name can be that of a file inside a folder: UTF-8 of 1 to 255 bytes, not "." or "..",
// without "/" and control characters.
bool is_plain_name(std::string_view name);

class Folder {
 public:
  // Opens a folder that is there. Throws FormatError "<path>: cannot be read: ...".
  explicit Folder(const std::filesystem::path& path);
  // Makes it first, and those above it, where they are missing. Throws Error besides.
  static Folder made(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_.get(); }

  // What the folder holds, hidden names too, in the order of their bytes.
  std::vector<std::string> names() const;
  bool holds(std::string_view name) const;  // anything of this name, also a link

  // All of the following throw FormatError for a name that is not plain or is that of a symbolic
  // link. The path of what the folder holds or may hold, for messages and for readers and writers
  // that take a path.
  std::filesystem::path operator/(std::string_view name) const;
  // A folder inside this one: as it is, or made where it is missing.
  Folder folder(std::string_view name) const;
  Folder made_folder(std::string_view name) const;
  // A whole file. Throws FormatError where it is missing, no file or longer than `limit`. Readers
  // of parts open InputFile(folder, name).
  std::string read(std::string_view name, std::uint64_t limit = kLargestInput) const;
  // As write_file_atomically. Throws Error "<path>: cannot be written: ...". Writers of parts open
  // AtomicFile(folder, name).
  void write(std::string_view name, std::string_view content) const;
  // A file, or a folder with all that it holds; nothing where there is none. A link goes, not what
  // it points to.
  void remove(std::string_view name) const;
  // Takes the place of a file of the new name, should there be one.
  void rename(std::string_view name, const Folder& to, std::string_view new_name) const;

  // Throws FormatError for the first thing in this folder or in one inside it that is neither a
  // file nor a folder (a link, a pipe, a device): afterwards paths below path() are safe to use.
  void require_plain_files() const;

 private:
  Folder(std::filesystem::path path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  std::filesystem::path path_;
  Descriptor descriptor_;
};

}  // namespace sgilo
