#include "sgilo/operators/operator_size.h"

#include <algorithm>
#include <limits>

#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// In float64: products of sizes from a file do not overflow.
double numbers_in(const Shape& shape) {
  double numbers = 1;
  for (const std::int64_t size : shape) numbers *= static_cast<double>(size);
  return numbers;
}

bool is_planes(const Shape& shape) { return shape.size() == 3; }  // else a constructor refuses it

struct Cost {
  Shape left;          // what the part leaves, as an upper bound
  double numbers = 0;  // that it holds or makes on the way, beside the image
};

Cost cost_of(const IdentityOptions&, const Shape& image) { return {image}; }
Cost cost_of(const GrayscaleOptions&, Shape image) {
  image[0] = 1;
  return {image};
}

Cost cost_of_mask(const Shape& image) {
  return is_planes(image) ? Cost{{image[0], image[1] * image[2]}, numbers_in(image)} : Cost{image};
}
Cost cost_of(const InpaintingOptions&, const Shape& image) { return cost_of_mask(image); }
Cost cost_of(const BoxOptions&, const Shape& image) { return cost_of_mask(image); }
Cost cost_of(const MaskOptions&, const Shape& image) { return cost_of_mask(image); }

Cost cost_of(const DownsamplingOptions& options, const Shape& image) {
  if (!is_planes(image) || image[1] < options.factor || image[2] < options.factor) return {image};
  const std::int64_t height = image[1] / options.factor, width = image[2] / options.factor;
  const auto matrix = [](std::int64_t from, std::int64_t to) {  // float64, and its copy
    return 3.0 * static_cast<double>(from) * static_cast<double>(to);
  };
  return {{image[0], height, width}, matrix(image[1], height) + matrix(image[2], width)};
}

Cost cost_of(const ResizingOptions& options, const Shape& image) {
  if (!is_planes(image)) return {image};
  const double shorter = static_cast<double>(std::min(image[1], image[2]));
  const auto resized = [&](std::int64_t side) {
    return static_cast<double>(options.side) * static_cast<double>(side) / shorter;
  };
  const double height = resized(image[1]), width = resized(image[2]);
  const double numbers = static_cast<double>(image[0]) * height * width;
  if (numbers > static_cast<double>(std::numeric_limits<std::int32_t>::max()))
    return {image, numbers};  // refused
  return {{image[0], static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)}, numbers};
}

Cost cost_of(const CirculantOptions&, const Shape& image) {  // spectra
  const double numbers = numbers_in(image);
  return {{static_cast<std::int64_t>(numbers)}, 4 * numbers};
}
// Its matrix is a tensor of the file, whose shape is checked before it is used.
Cost cost_of(const GaussianProjectionOptions& options, const Shape&) { return {{options.rows}}; }
Cost cost_of(const ChainOptions&, const Shape& image) { return {image}; }  // parts_of has none

}  // namespace

void require_modest_size(const OperatorOptions& options, const Shape& image_shape,
                         std::int64_t most) {
  Shape shape = image_shape;
  double numbers = 0;
  const auto require = [&](double more, std::string_view what) {
    numbers += more;
    if (numbers > static_cast<double>(most))
      throw FormatError(concat("operator of images ", shape_text(image_shape), " would take ",
                               numbers, " numbers in ", what, ", but at most ", most,
                               " fit to what is measured"));
  };
  require(numbers_in(shape), "the image");
  for (const OperatorOptions& part : parts_of(options))
    std::visit(
        [&](const auto& member) {
          const Cost cost = cost_of(member, shape);
          require(cost.numbers, member.kind);
          require(numbers_in(cost.left), member.kind);
          shape = cost.left;
        },
        part);
}

}  // namespace sgilo
