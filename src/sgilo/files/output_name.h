// What the name of an output says of it: a measurement is no picture, whatever "y.png" promises.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace sgilo {

// Endings of the files that a verb writes, ".csv" first where that is usual.
using FileEndings = std::vector<std::string_view>;

// Throws ConfigError "output must end in .csv or .txt, but is m.png" for a name that ends as another
// kind of file does; names without an ending, or with one that is of no kind, pass. `option` names
// what holds the path.
void require_file_ending(std::string_view option, const std::filesystem::path& path,
                         const FileEndings& accepted);

// Throws ConfigError for a folder that would be named like a file, unless it is there already or a
// slash at the end says that it is meant.
void require_folder_name(std::string_view option, const std::filesystem::path& path);

}  // namespace sgilo
