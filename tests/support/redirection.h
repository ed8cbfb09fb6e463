// A standard descriptor that stands for a file for a while.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace sgilo {

class Redirection {
 public:
  Redirection(int descriptor, const std::filesystem::path& path, int flags)
      : descriptor_(descriptor), saved_(::dup(descriptor)) {
    const int file = ::open(path.c_str(), flags, 0600);
    ::dup2(file, descriptor);
    ::close(file);
  }
  ~Redirection() {
    ::dup2(saved_, descriptor_);
    ::close(saved_);
  }

 private:
  int descriptor_, saved_;
};

}  // namespace sgilo
