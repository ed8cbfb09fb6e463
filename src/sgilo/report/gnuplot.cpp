#include "sgilo/report/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

extern char** environ;

namespace sgilo {
namespace {

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw Error("gnuplot cannot be run: " + file_problem(errno));
  }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::string read_all() const {
    std::string text;
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// gnuplot shows the command and an arrow below it first, and says what is wrong at last.
std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const std::size_t start = text.find_last_of('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

}  // namespace

void run_gnuplot(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder))
    throw Error(concat(folder.string(), ": there is no such folder for figures"));
  std::vector<std::string> words{"gnuplot", "--default-settings"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  Pipe errors;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors.writer(), STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t child = 0;
  const int problem =
      ::posix_spawnp(&child, "gnuplot", &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem == ENOENT || problem == EACCES)
    throw ConfigError(
        "gnuplot, which draws the figures, is not installed (Debian: apt install gnuplot-nox)");
  if (problem != 0) throw Error("gnuplot cannot be run: " + file_problem(problem));

  errors.close_writer();
  const std::string words_of_child = errors.read_all();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) throw Error(concat("gnuplot was ended by signal ", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) throw Error("gnuplot failed: " + last_line(words_of_child));
}

}  // namespace sgilo
