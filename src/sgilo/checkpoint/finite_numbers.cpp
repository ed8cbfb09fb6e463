#include "sgilo/checkpoint/finite_numbers.h"

#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

void require(const Tensor& tensor, const std::filesystem::path& path, const std::string& what) {
  if (!tensor.is_floating_point() && !tensor.is_complex()) return;
  const Tensor finite = torch::isfinite(tensor);
  if (finite.all().item<bool>()) return;
  throw format_error(path, concat(what, "must hold finite numbers, but ",
                                  tensor.numel() - finite.sum().item<std::int64_t>(), " of its ",
                                  tensor.numel(), " are nan or infinite"));
}

}  // namespace

void require_finite_numbers(const Tensor& array, const std::filesystem::path& path) {
  require(array, path, "");
}

void require_finite_numbers(const StateDict& state, const std::filesystem::path& path,
                            const std::string& prefix) {
  for (const auto& [name, tensor] : state)
    require(tensor, path, concat("tensor '", prefix, name, "' "));
}

}  // namespace sgilo
