// Masks against the reference programs. They take from a damaged image what is not seen: ILO the
// pixels that are exactly black, SGILO those whose colours sum to at most 0.1.
#include "support/expect_adjoint.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

// For each image of a batch an operator with its own mask.
std::vector<std::unique_ptr<ForwardOperator>> operators_of(const Tensor& brightness,
                                                           const Shape& image_shape,
                                                           double threshold) {
  std::vector<std::unique_ptr<ForwardOperator>> out;
  for (std::int64_t i = 0; i < brightness.size(0); ++i)
    out.push_back(make_operator(MaskOptions{"mask", threshold}, image_shape, RandomStreams(1),
                                {[&](const MaskOptions&) { return brightness[i]; }}));
  return out;
}

TEST(InpaintingGolden, DarkPixelsAreNotSeenAsInTheReferences) {
  SGILO_GOLDEN_CASE(golden, "05c_misc");
  const Tensor image = golden["mask_img"];
  const auto masks = [&](double threshold) {
    std::vector<Tensor> out;
    for (const auto& op :
         operators_of((image.mean(1) + 1) / 2, image.sizes().slice(1).vec(), threshold))
      out.push_back(op->state().at("mask").to(torch::kFloat32));
    return torch::stack(out).unsqueeze(1).expand_as(image);
  };
  golden.expect("mask_ilo", masks(1e-4));
  golden.expect("mask_sgilo_get_mask", masks((0.1 + 3) / 6));  // from [-3, 3] to [0, 1]
}

// The reference's loss is a mean over all values, those that are not seen being zero in both.
TEST(InpaintingGolden, MaskedMeanSquaredErrorIsThatOfTheSeenPixels) {
  SGILO_GOLDEN_CASE(golden, "05c_misc");
  const Tensor image = golden["mask_img"], reference = golden["mask_y"];
  Tensor sum = torch::zeros({});
  const auto operators =
      operators_of(golden["mask_bhw"], image.sizes().slice(1).vec(), MaskOptions{}.threshold);
  for (std::size_t i = 0; i < operators.size(); ++i) {
    const auto row = [&](const Tensor& batch) {
      return operators[i]->apply(batch.narrow(0, static_cast<std::int64_t>(i), 1));
    };
    sum += (row(image) - row(reference)).square().sum();
  }
  golden.expect("masked_mse", 0.7 * sum / image.numel());
}

}  // namespace
}  // namespace sgilo
