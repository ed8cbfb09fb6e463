#include "sgilo/runs/measurement_note.h"

#include <gtest/gtest.h>

#include "support/tiny_model.h"

namespace sgilo {
namespace {

std::string note_of(const OperatorOptions& options, bool observed) {
  Measurement measurement =
      measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}}, options,
                       GaussianNoiseOptions{0.01}, 1);
  measurement.observed = observed;
  return measurement_note(measurement);
}

TEST(MeasurementNote, IsOfObservedPicturesThatWereShrunkByTheBicubicKernel) {
  const std::string note =
      "the operator downsample reflects pictures at their borders, where small ones made by Pillow "
      "or MATLAB differ by up to 10 of 255 levels";
  const DownsamplingOptions bicubic{.factor = 2, .kernel = DownsamplingKernel::bicubic};
  EXPECT_EQ(note_of(bicubic, true), note);
  EXPECT_EQ(note_of(read_operator(parse_operator("grayscale|downsample:factor=2")), true), note);
  EXPECT_EQ(note_of(bicubic, false), "");  // shrunk here, by the operator itself
  DownsamplingOptions other = bicubic;
  other.kernel = DownsamplingKernel::area;
  EXPECT_EQ(note_of(other, true), "");
  EXPECT_EQ(note_of(IdentityOptions{}, true), "");
}

}  // namespace
}  // namespace sgilo
