// What an open folder holds, by its descriptor.
#pragma once

#include <string>
#include <vector>

namespace sgilo {

// Names in the order of their bytes, without "." and "..". Returns an errno, 0 when all went well.
int list_names(int folder, std::vector<std::string>& names);

// Removes a file, a link or a folder with all that it holds; no link is followed. Returns an errno;
// 0 also where there is nothing of this name.
int remove_below(int folder, const std::string& name);

}  // namespace sgilo
