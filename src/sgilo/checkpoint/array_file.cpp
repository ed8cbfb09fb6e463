#include "sgilo/checkpoint/array_file.h"

#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

// "a, b and 3 more"
std::string some_of(const Checkpoint& checkpoint) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> shown;
  for (const auto& [name, entry] : checkpoint.tensors) {
    if (shown.size() == kShown) break;
    shown.push_back(concat("'", name, "'"));
  }
  const std::size_t more = checkpoint.tensors.size() - shown.size();
  return join(shown) + (more > 0 ? concat(" and ", more, " more") : std::string());
}

std::string name_of_array(const Checkpoint& checkpoint, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (checkpoint.has(name) || checkpoint.unread.count(name)) return name;
  if (checkpoint.tensors.size() == 1) return checkpoint.tensors.begin()->first;
  if (checkpoint.tensors.empty()) throw format_error(checkpoint.path, "holds no array");
  throw format_error(
      checkpoint.path,
      concat("must hold one array", names.empty() ? "" : ", or one named '", join(names, "' or '"),
             names.empty() ? "" : "'", ", but holds ", some_of(checkpoint)));
}

}  // namespace

Tensor read_real_array(const std::filesystem::path& path, const std::vector<std::string>& names) {
  const Checkpoint checkpoint = open_checkpoint(path);
  const std::string name = name_of_array(checkpoint, names);
  const std::string place = is_standard_stream(path) ? "stdin" : escaped(path.string());
  const Tensor array = as_float32(checkpoint.load(name), place + ":");
  require_finite_numbers(array, path);
  return array;
}

}  // namespace sgilo
