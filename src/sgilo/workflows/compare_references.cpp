#include "sgilo/workflows/compare_references.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {

namespace fs = std::filesystem;

std::vector<std::size_t> references_of(const ComparedRun& run, bool by_name,
                                       const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (by_name) {
    std::vector<std::size_t> named;
    for (const std::string& image : run.images) {
      const auto found = std::find(names.begin(), names.end(), image);
      if (found != names.end()) named.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    if (named.size() == run.images.size()) return named;
  }
  if (order.size() != run.images.size())
    throw ConfigError(concat("reference must name ", run.images.size(),
                             " images in the order of the measurement for ", run.folder.string(),
                             ", but names ", names.size()));
  return order;
}

Tensor framed_reference(const fs::path& file, const ComparedRun& run, std::size_t image,
                        Observer& observer) {
  require_kind(file, "a reference is an image", {FileKind::image});
  const Image reference = read_image(file);
  for (const std::string& warning : reference.warnings) observer.on_warning(warning);
  const Shape shape = run.mean(image).sizes().vec();
  ImageFraming framing = run.framings[image];
  const std::int64_t height = reference.height, width = reference.width;
  const bool same_size = framing.height == height && framing.width == width;
  if (run.observed && !(same_size && framing.size == shape[2]))
    framing = center_square(height, width, shape[2]);  // the damaged file may have another size
  else if (!same_size)
    throw format_error(file,
                       concat("must be the image that was measured, of ", framing.width, " x ",
                              framing.height, " pixels, but has ", width, " x ", height));
  if (framing.size != shape[1] || framing.size != shape[2]) throw contradiction(run.folder);
  Tensor framed;
  try {
    framed = apply_framing(reference.pixels, framing);
  } catch (const ConfigError&) {
    throw contradiction(run.folder);
  }
  if (framed.size(0) != shape[0])
    throw format_error(file, concat("has ", framed.size(0), " channel(s), but the images of ",
                                    run.folder.string(), " have ", shape[0]));
  return framed;
}

std::optional<Measurement> measurement_of(const ComparedRun& run, Observer& observer) {
  const fs::path config = run.folder / "config.json";
  std::string file;
  try {
    const Json options = read_json_file(config);
    if (options.is_object() && options.contains("measurement"))
      value_from_json(options["measurement"], file, "measurement", "measurement");
    std::error_code none;
    if (fs::is_regular_file(file, none))  // no pipe, whatever a received run says
      if (const HashedFile y = read_hashed(file); y.sha256 == run.measurement_hash)
        return read_measurement(y.bytes, file);
  } catch (const Error&) {  // gone or changed: only the check is lost
  }
  observer.on_message(
      concat(run.folder.string(), ": its measurement", file.empty() ? "" : concat(" ", file),
             " is not there any more; whether the references fit it is not checked"));
  return std::nullopt;
}

std::optional<double> excess_residual(const Measurement& y, std::size_t image,
                                      const Tensor& reference) {
  constexpr double kRounding = 1e-5;  // of float32 in A(x), beside the noise
  const auto i = static_cast<std::int64_t>(image);
  if (!y.noise_model()->is_gaussian() || i >= y.count() ||
      reference.sizes().vec() != y.forward_operator->image_shape())
    return std::nullopt;
  const torch::NoGradGuard no_grad;
  const Tensor energy =
      y.noise_model()->energy(y.forward_operator->apply(reference.unsqueeze(0)),
                              y.values.narrow(0, i, 1), Widening{.model_error = kRounding});
  const auto scalars = static_cast<double>(y.scalars());
  const double square = 2 * energy.item<double>() / scalars;  // 1 with variance 2 / scalars
  const double most = y.observed ? 9 : 1 + 5 * std::sqrt(2 / scalars);
  return square > most ? std::optional(std::sqrt(square)) : std::nullopt;
}

}  // namespace sgilo
