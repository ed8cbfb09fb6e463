// An untrained model folder, small enough for runs of a few steps: StyleGAN2 with widths of 8 and a
// score network for layer 1.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/models/model.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/score/score_network.h"
#include "support/temporary_folder.h"

namespace sgilo {

// 3 blocks make images of 16 x 16, 4 blocks 32 x 32. Made once per process and copied.
inline std::filesystem::path write_tiny_model(const std::filesystem::path& folder,
                                              std::size_t blocks = 3) {
  static const TemporaryFolder made;
  const auto own = made / concat(blocks) / "model";
  if (!std::filesystem::exists(own)) {
    torch::manual_seed(7);
    StyleGan2 network(
        StyleGan2Options{{8, 8, 2, 0.01}, {8, std::vector<std::int64_t>(blocks, 8), 0.0}});
    Observer silent;
    const auto coordinates = *estimate_coordinates(network, 32, RandomStreams(1), silent);
    write_model_part(own, "generator", state_of(*network), Json::object(), false);
    write_model_part(own, "coordinates", coordinates.state(), Json::object(), false);
    const auto rows = static_cast<std::int64_t>(2 * blocks);
    write_model_part(own, "style_prior", StylePrior::isotropic(rows, 8, 0.3).state(),
                     Json::object(), false);
    ScoreNetworkOptions options;
    options.network = {8, 1, 1, 1, 1, 0};
    ScoreNetwork score(Shape{8, 4, 4}, options, RandomStreams(2));
    write_model_part(
        own, "score_1", state_of(*score),
        {{"options", to_json(options)}, {"generator", model_part(own, "generator")["sha256"]}},
        false);
  }
  std::filesystem::copy(own, folder);
  return folder;
}

// Smooth pictures, [count, 3, size, size].
inline Tensor smooth_pictures(std::int64_t count, std::int64_t size) {
  const Tensor ramp = torch::linspace(-0.8, 0.8, size);
  const Tensor plane = 0.5 * ramp.view({1, size}) + 0.4 * torch::sin(3 * ramp).view({size, 1});
  const Tensor shift = torch::linspace(-0.1, 0.1, 3 * count).view({count, 3, 1, 1});
  return plane + shift;
}

// Asks to stop once it has seen this many steps; keeps warnings.
class StoppingObserver : public Observer {
 public:
  explicit StoppingObserver(std::int64_t steps = -1) : steps_(steps) {}
  void on_step(const StepReport&) override { ++seen_; }
  void on_warning(std::string_view text) override { warnings.emplace_back(text); }
  void on_message(std::string_view text) override { messages.emplace_back(text); }
  bool stop_requested() override { return steps_ >= 0 && seen_ >= steps_; }

  std::vector<std::string> warnings, messages;

 private:
  std::int64_t steps_, seen_ = 0;
};

}  // namespace sgilo
