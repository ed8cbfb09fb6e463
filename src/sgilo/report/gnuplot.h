// The program gnuplot (Debian package gnuplot-nox) as a child process, without a shell.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sgilo {

// Runs gnuplot with these arguments in a folder, without the user's settings, and waits for its
// end. Throws ConfigError when it is not installed, Error "gnuplot failed: <its words>" when it
// ends with an error.
void run_gnuplot(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

}  // namespace sgilo
