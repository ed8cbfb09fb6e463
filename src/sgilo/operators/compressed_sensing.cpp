#include "sgilo/operators/compressed_sensing.h"

#include <cmath>

#include "sgilo/core/real_numbers.h"

namespace sgilo {
namespace {

constexpr std::int64_t kLargestMatrix = std::int64_t{1} << 29;  // entries: 2 GiB of float32

std::int64_t values_of(const Shape& shape) {
  std::int64_t values = 1;
  for (const std::int64_t size : shape) values *= size;
  return values;
}

Tensor draw_kept(double keep, std::int64_t values, const RandomStreams& streams) {
  const std::int64_t kept = std::llround(keep * static_cast<double>(values));
  if (kept == 0)
    throw ConfigError(concat("operator circulant: keep must leave at least one of ", values,
                             " values, but is ", keep));
  return std::get<0>(streams.permutation(values).narrow(0, 0, kept).sort());
}

Tensor require_signs(const StateDict& state, std::int64_t count) {
  const Tensor& signs = require_state(state, "signs", {count});
  if (signs.scalar_type() == torch::kBool || !signs.abs().eq(1).all().item<bool>())
    throw FormatError("tensor 'signs' must hold -1 and 1 only");
  // Of whole numbers it is known here what they count.
  return torch::isIntegralType(signs.scalar_type(), false) ? signs.to(torch::kFloat32)
                                                           : as_float32(signs, "tensor 'signs'");
}

Tensor draw_matrix(std::int64_t rows, std::int64_t values, const RandomStreams& streams) {
  if (rows > values)
    throw ConfigError(concat("operator gaussian-projection: rows must be at most the image's ",
                             values, " values, but is ", rows));
  if (rows > kLargestMatrix / values)
    throw ConfigError(concat("operator gaussian-projection: rows must be at most ",
                             kLargestMatrix / values, " for an image of ", values,
                             " values (2 GiB), but is ", rows,
                             "; operator circulant needs no matrix"));
  return streams.normal({rows, values}).div_(std::sqrt(static_cast<double>(values)));
}

}  // namespace

StateDict draw_state(const CirculantOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&) {
  const std::int64_t values = values_of(image_shape);
  return {{"signs", streams.child("signs").signs({values})},
          {"filter", streams.child("filter").normal({values})},
          {"kept", draw_kept(options.keep, values, streams.child("kept"))}};
}

PartialCirculant::PartialCirculant(const CirculantOptions& options, Shape image_shape,
                                   const StateDict& state)
    : ForwardOperator(std::move(image_shape)),
      options_(options_with_kind(options)),
      form_(options.form),
      signs_(require_signs(state, values_of(this->image_shape())).unsqueeze(0)),
      filter_(as_float32(require_state(state, "filter", {values_of(this->image_shape())}),
                         "tensor 'filter'")
                  .unsqueeze(0)),
      kept_(require_indices(state, "kept", values_of(this->image_shape())).unsqueeze(0)) {}

Tensor PartialCirculant::measure(const Tensor& image) const {
  const Tensor signed_values = signs_.like(image) * image.flatten(1);
  const Tensor kept = kept_.like(image).expand({image.size(0), -1});
  if (form_ == CirculantForm::elementwise)
    return (filter_.like(image) * signed_values).gather(1, kept);
  const std::int64_t n = signed_values.size(1);
  const Tensor spectrum = torch::fft::rfft(signed_values) * torch::fft::rfft(filter_.like(image));
  return torch::fft::irfft(spectrum, n).gather(1, kept) / std::sqrt(static_cast<double>(n));
}

std::string PartialCirculant::describe() const {
  return describe_options(options_, concat(kept_.drawn().numel(), " measurements of ",
                                           signs_.drawn().numel(), " values"));
}

StateDict PartialCirculant::state() const {
  return {{"signs", signs_.drawn()[0]}, {"filter", filter_.drawn()[0]}, {"kept", kept_.drawn()[0]}};
}

StateDict draw_state(const GaussianProjectionOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&) {
  return {{"matrix", draw_matrix(options.rows, values_of(image_shape), streams.child("matrix"))}};
}

GaussianProjection::GaussianProjection(const GaussianProjectionOptions& options, Shape image_shape,
                                       const StateDict& state)
    : ForwardOperator(std::move(image_shape)),
      options_(options_with_kind(options)),
      matrix_(
          as_float32(require_state(state, "matrix", {options.rows, values_of(this->image_shape())}),
                     "tensor 'matrix'")) {}

Tensor GaussianProjection::measure(const Tensor& image) const {
  return torch::matmul(image.flatten(1), matrix_.like(image).t());
}

std::string GaussianProjection::describe() const {
  return describe_options(options_, concat(matrix_.drawn().size(0), " measurements of ",
                                           matrix_.drawn().size(1), " values"));
}

}  // namespace sgilo
