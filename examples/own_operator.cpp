// Restores a portrait of which every fourth line was seen, by an operator of one's own:
//   own_operator [MODEL_FOLDER]
#include <iostream>

#include "sgilo/metrics/psnr.h"
#include "sgilo/models/model.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/solvers/sgilo.h"

using namespace sgilo;
class EveryFourthLine : public ForwardOperator {
 public:
  explicit EveryFourthLine(Shape image) : ForwardOperator(std::move(image)) {}
  std::string describe() const override { return "every fourth line"; }
  Json options() const override { return {{"kind", "lines"}}; }

 private:
  Tensor measure(const Tensor& image) const override {  // [N, C, H, W] -> [N, C, H/4, W]
    return image.slice(2, 0, image.size(2), 4);
  }
};

int main(int count, char** words) {
  const Model model = load_model({count > 1 ? words[1] : "models/portraits64"}, {});
  const Tensor truth = portrait_images(0, PortraitSplit::test, 0, 1, 64);
  const EveryFourthLine lines(model.generator->image_shape());
  const auto noise = make_noise(GaussianNoiseOptions{.sigma = 0.01});
  const Problem problem{.generator = model.generator.get(),
                        .forward_operator = &lines,
                        .measurements = noise->sample(lines.apply(truth), {RandomStreams(1)}),
                        .likelihood = Likelihood(noise, /*model_error=*/0.05),
                        .priors = model.priors};
  Observer silent;
  const Reconstruction result =
      restore(problem, Sgilo({.evaluations = 100, .style_evaluations = 40, .kept = 4}),
              row_keys(1, 2), RandomStreams(1), silent);
  const double quality = psnr(result.mean(), truth).item<double>();
  std::cout << "PSNR of the mean: " << quality << " dB\n";
  return quality > 20 ? 0 : 1;
}
