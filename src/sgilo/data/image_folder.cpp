#include "sgilo/data/image_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/data/file_signature.h"
#include "sgilo/data/image_format.h"
#include "sgilo/data/image_source.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 5;  // files that a sentence names

bool is_image_name(const fs::path& path) {
  static constexpr std::array<std::string_view, 24> kEndings{
      ".png", ".jpg", ".jpeg", ".jpe",  ".jfif", ".webp", ".tif", ".tiff",
      ".bmp", ".gif", ".heic", ".heif", ".avif", ".jxl",  ".jp2", ".psd",
      ".exr", ".svg", ".dcm",  ".dng",  ".cr2",  ".cr3",  ".nef", ".arw"};
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// A file of a folder that is not read, and why: "is a BMP image".
struct Skipped {
  std::string name;
  std::string why;
};

// "a.bmp is a BMP image, b.png is empty and 3 more"
std::string sentence_of(const std::vector<Skipped>& skipped) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(skipped.size(), kNamed); ++i)
    parts.push_back(skipped[i].name + (skipped[i].why.empty() ? "" : " " + skipped[i].why));
  return concat(join(parts), skipped.size() > kNamed
                                 ? concat(" and ", skipped.size() - kNamed, " more")
                                 : std::string());
}

bool is_named(const fs::path& file, const std::vector<fs::path>& inputs) {
  return std::find(inputs.begin(), inputs.end(), file) != inputs.end();
}

struct Listing {
  std::vector<fs::path> images;
  std::vector<Skipped> unreadable;  // images, as it seems, that cannot be read
  std::vector<Skipped> others;      // no images
};

void sort_in(const fs::path& path, Listing& listing) {
  const std::string name = path.filename().string();
  std::string start;
  try {
    const InputFile file(path);
    ImageSource source(file);
    start = source.start(kFormatBytes);
  } catch (const FormatError& error) {
    const std::string text = error.what(), prefix = path.string() + ": ";
    listing.unreadable.push_back({name, text.substr(text.starts_with(prefix) ? prefix.size() : 0)});
    return;
  }
  if (image_format_of(start)) {
    listing.images.push_back(path);
    return;
  }
  const auto known = known_file(start);
  const std::string_view other = other_format_of(start);
  if (!(known && known->kind == FileKind::image) && !is_image_name(path))
    listing.others.push_back({name, ""});
  else if (other.empty())
    listing.unreadable.push_back({name, why_no_image(start)});
  else
    listing.unreadable.push_back({name, concat("is ", other)});
}

// What is no file: a folder, a link that leads nowhere, a pipe.
void sort_in_other(const fs::path& path, fs::file_type type, Listing& listing) {
  const std::string name = path.filename().string();
  if (type == fs::file_type::directory)
    listing.others.push_back({name, "is a folder"});
  else if (type == fs::file_type::not_found || type == fs::file_type::none)
    (is_image_name(path) ? listing.unreadable : listing.others)
        .push_back({name, "is a link that leads nowhere"});
  else
    listing.others.push_back({name, "is no regular file"});
}

Listing list_folder(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw format_error(folder, concat("cannot be read: ", file_problem(error.value())));
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : entries)
    if (!entry.path().filename().string().starts_with('.')) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Listing listing;
  for (const fs::path& path : paths) {
    const fs::file_type type = fs::status(path, error).type();
    if (type == fs::file_type::regular)
      sort_in(path, listing);
    else
      sort_in_other(path, type, listing);
  }
  return listing;
}

std::vector<fs::path> images_in(const fs::path& folder, Observer& observer, bool strict) {
  const Listing listing = list_folder(folder);
  if (!listing.unreadable.empty()) {
    const std::string text =
        concat(listing.unreadable.size(),
               " file(s) cannot be read as images: ", sentence_of(listing.unreadable),
               "; PNG, JPEG, WebP and TIFF are accepted");
    if (strict || listing.images.empty()) throw format_error(folder, text);
    observer.on_warning(concat(folder.string(), ": ", text));
  }
  const std::string others = listing.others.empty()
                                 ? ""
                                 : concat("passed over ", listing.others.size(),
                                          " that are no images: ", sentence_of(listing.others));
  if (listing.images.empty())
    throw format_error(folder, concat("holds no PNG, JPEG, WebP or TIFF image",
                                      others.empty() ? "" : "; ", others));
  if (!others.empty()) observer.on_message(concat(folder.string(), ": ", others));
  return listing.images;
}

}  // namespace

std::vector<fs::path> image_files(const std::vector<fs::path>& inputs, Observer& observer,
                                  bool strict) {
  std::vector<fs::path> files;
  for (const fs::path& input : inputs) {
    if (is_standard_stream(input)) {
      files.push_back(input);
      continue;
    }
    std::error_code error;
    if (!fs::exists(input, error))
      throw format_error(input,
                         concat("cannot be read: ", file_problem(error ? error.value() : ENOENT)));
    if (!fs::is_directory(input, error)) {
      files.push_back(input);
      continue;
    }
    const std::vector<fs::path> found = images_in(input, observer, strict);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

std::optional<Image> read_listed(const fs::path& file, const std::vector<fs::path>& inputs,
                                 Observer& observer, bool strict, Transparency transparency) {
  try {
    return read_image(file, transparency);
  } catch (const FormatError& error) {
    if (strict || is_named(file, inputs)) throw;
    observer.on_warning(concat(error.what(), "; it is left out"));
    return std::nullopt;
  }
}

std::vector<fs::path> sound_image_files(const std::vector<fs::path>& inputs, Observer& observer,
                                        bool strict) {
  std::vector<fs::path> sound;
  for (const fs::path& file : image_files(inputs, observer, strict))
    if (is_named(file, inputs) || read_listed(file, inputs, observer, strict))
      sound.push_back(file);
  require_sound_images(sound, inputs);
  return sound;
}

void require_sound_images(const std::vector<fs::path>& sound, const std::vector<fs::path>& inputs) {
  if (sound.empty()) throw format_error(inputs.at(0), "holds no sound image");
}

}  // namespace sgilo
