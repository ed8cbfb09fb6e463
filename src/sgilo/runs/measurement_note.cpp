#include "sgilo/runs/measurement_note.h"

namespace sgilo {

// Largest differences at the borders, factor 8: 6.6 levels from Pillow's kernel, 10 from MATLAB's.
std::string measurement_note(const Measurement& measurement) {
  if (!measurement.observed) return "";
  for (const OperatorOptions& part :
       parts_of(read_operator(measurement.forward_operator->options()))) {
    const auto* downsampling = std::get_if<DownsamplingOptions>(&part);
    if (downsampling != nullptr && downsampling->kernel == DownsamplingKernel::bicubic)
      return "the operator downsample reflects pictures at their borders, where small ones made by "
             "Pillow or MATLAB differ by up to 10 of 255 levels";
  }
  return "";
}

}  // namespace sgilo
