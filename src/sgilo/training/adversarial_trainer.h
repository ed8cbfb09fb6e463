// Training of generator and discriminator: non-saturating logistic loss, lazy R1 (Mescheder et al.
// 2018), style mixing, running mean of w, exponential moving average of the generator, optional
// path-length regularisation (Karras et al. 2020). A state and a step; no files.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sgilo/core/options.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/generator/discriminator.h"
#include "sgilo/generator/stylegan2.h"
#include "sgilo/training/training_state.h"

namespace sgilo {

// automatic: who trains knows what the machine does best; a trainer alone takes fp32.
enum class TrainingPrecision { automatic, fp32, bf16 };
template <>
struct EnumWords<TrainingPrecision> {
  static constexpr std::array<std::string_view, 3> words{"automatic", "fp32", "bf16"};
};

struct AdversarialOptions {
  std::int64_t z_dim = 128;
  std::int64_t w_dim = 128;
  std::int64_t mapping_layers = 4;
  std::vector<std::int64_t> widths{128, 128, 96, 64, 32};
  std::vector<std::int64_t> discriminator_widths{128, 128, 96, 64, 32};
  std::int64_t batch = 32;
  double learning_rate = 0.002;
  double beta2 = 0.99;
  double r1_gamma = 0.2;
  std::int64_t r1_interval = 16;
  double style_mixing = 0.9;
  double average_half_life = 10000;
  double path_length_weight = 0.0;
  std::int64_t path_length_interval = 8;
  TrainingPrecision precision = TrainingPrecision::automatic;
  Kernel kernel = Kernel::automatic;
  std::int64_t seed = 0;  // of initial weights and random inputs; the command's own --seed

  static constexpr auto fields() {
    using O = AdversarialOptions;
    return std::tuple{
        field("z_dim", &O::z_dim, "size of the random input", positive<std::int64_t>),
        field("w_dim", &O::w_dim, "size of a style row", positive<std::int64_t>),
        field("mapping_layers", &O::mapping_layers, "fully connected layers of the mapping network",
              positive<std::int64_t>),
        field("widths", &O::widths, "channels of the generator at 4, 8, 16, ... pixels",
              all_positive<std::int64_t>),
        field("discriminator_widths", &O::discriminator_widths,
              "channels of the discriminator at 4, 8, 16, ... pixels", all_positive<std::int64_t>),
        field("batch", &O::batch, "images per step", positive<std::int64_t>),
        field("learning_rate", &O::learning_rate, "Adam's step size for both networks",
              positive<double>),
        field("beta2", &O::beta2, "Adam's decay of squared gradients (the first moment has none)",
              fraction<double>),
        field("r1_gamma", &O::r1_gamma, "weight of the gradient penalty on real images",
              non_negative<double>),
        field("r1_interval", &O::r1_interval, "steps between two gradient penalties",
              positive<std::int64_t>),
        field("style_mixing", &O::style_mixing,
              "probability that an image takes its styles from two random inputs",
              fraction<double>),
        field("average_half_life", &O::average_half_life,
              "half-life of the moving average of the generator, in images", positive<double>),
        field("path_length_weight", &O::path_length_weight,
              "weight of the path-length regularisation, 0 for none", non_negative<double>),
        field("path_length_interval", &O::path_length_interval,
              "steps between two path-length penalties", positive<std::int64_t>),
        field("precision", &O::precision,
              "type of convolutions and activations: fp32, bf16, or automatic: bf16 where the "
              "machine "
              "has units for it; weights are always fp32"),
        field("kernel", &O::kernel, "how layers are computed: automatic, reference or fused")};
  }
};

// Images [count, 3, size, size] of a network from fixed random inputs, first .. first + count - 1.
Tensor samples_of(StyleGan2 network, const RandomStreams& streams, std::int64_t first,
                  std::int64_t count);

class AdversarialTrainer {
 public:
  using RealImages = std::function<Tensor(std::int64_t step)>;  // [batch, 3, size, size] in [-1, 1]

  AdversarialTrainer(const AdversarialOptions& options, RealImages real_images,
                     torch::Device device = torch::kCPU);

  // One step of both networks; returns the losses by name. `begins` is told of each part as it
  // begins: data, fakes, discriminator, gradient penalty, generator, path length, optimiser (of
  // each network), average.
  using Parts = std::function<void(std::string_view part)>;
  std::map<std::string, double> step(const Parts& begins = [](std::string_view) {});

  // samples_of() the averaged generator.
  Tensor samples(std::int64_t first, std::int64_t count);

  StyleGan2& averaged() { return averaged_; }
  Discriminator& discriminator() { return discriminator_; }
  std::int64_t steps() const { return step_; }
  std::int64_t images() const { return step_ * options_.batch; }

  TrainingState state() const;
  void load_state(const TrainingState& state);
  // A warm start from weights alone (the optimisers begin anew): the averaged generator and, where
  // given, the discriminator.
  void load_weights(const StateDict& generator, const StateDict& discriminator);

 private:
  Tensor fake_images(const RandomStreams& streams, Tensor* styles_out);
  double discriminator_step(const Tensor& real, const Tensor& fake, const Parts& begins);
  double gradient_penalty(const Tensor& real, const Parts& begins);
  double generator_step(const Tensor& fake, const Parts& begins);
  double path_length_step(const RandomStreams& streams, const Parts& begins);
  void update_average();

  AdversarialOptions options_;
  RealImages real_images_;
  torch::Device device_;
  StyleGan2 generator_{nullptr}, averaged_{nullptr};
  Discriminator discriminator_{nullptr};
  std::unique_ptr<torch::optim::Adam> generator_optimizer_, discriminator_optimizer_;
  Tensor path_length_mean_;  // 0-dimensional
  std::int64_t step_ = 0;
};

}  // namespace sgilo
