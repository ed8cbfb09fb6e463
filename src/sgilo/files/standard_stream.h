// "-" where a file is named: stdin for those who read, stdout for those who write.
#pragma once

#include <filesystem>

namespace sgilo {

inline bool is_standard_stream(const std::filesystem::path& path) { return path == "-"; }

// Takes the places 0, 1 and 2 where the process was started without them, so that no file which it
// opens later gets the words meant for stdout or stderr. Reading and writing there still fail.
// Calls nothing that needs the program's libraries; false where the system does not allow it.
bool reserve_standard_streams();

}  // namespace sgilo
