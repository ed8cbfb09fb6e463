// Downsampling and resizing against the reference program, with gradients.
#include "sgilo/operators/downsampling.h"
#include "support/expect_adjoint.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

TEST(DownsamplingGolden, AgreesWithTheReference) {
  SGILO_GOLDEN_CASE(golden, "05a_bicubic");
  for (const int factor : {1, 2, 4, 16}) {
    const std::string suffix = concat("_f", factor);
    const Tensor x = golden["x" + suffix];
    const auto op = operator_of(concat("downsample:factor=", factor), x.sizes().slice(1).vec());
    const Tensor y = op->apply(x);
    const std::int64_t side = std::min(x.size(2), x.size(3));
    golden.expect("kernel" + suffix, bicubic_taps(factor));
    golden.expect("y" + suffix, y);
    golden.expect("vjp" + suffix, op->adjoint(golden["v" + suffix]));
    golden.expect("resized" + suffix,
                  operator_of(concat("resize:side=", side), op->measurement_shape())->apply(y));
  }
  golden.expect_everything_compared();
}

}  // namespace
}  // namespace sgilo
