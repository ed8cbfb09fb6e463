#include "sgilo/training/adversarial_trainer.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/training/adam_state.h"

namespace sgilo {
namespace {

namespace F = torch::nn::functional;

// A penalty every k steps takes part in 1 of k + 1 updates; Adam's rate and decay follow (Karras et
// al. 2020, section 3.1).
std::unique_ptr<torch::optim::Adam> make_adam(torch::nn::Module& module,
                                              const AdversarialOptions& o, bool lazy,
                                              std::int64_t interval) {
  const double ratio =
      lazy ? static_cast<double>(interval) / static_cast<double>(interval + 1) : 1.0;
  return std::make_unique<torch::optim::Adam>(module.parameters(),
                                              torch::optim::AdamOptions(o.learning_rate * ratio)
                                                  .betas({0.0, std::pow(o.beta2, ratio)})
                                                  .eps(1e-8));
}

// Second gradients are the plain form's alone.
class PlainForm {
 public:
  explicit PlainForm(Kernel& kernel) : kernel_(kernel), before_(kernel) {
    kernel_ = Kernel::reference;
  }
  ~PlainForm() { kernel_ = before_; }
  PlainForm(const PlainForm&) = delete;
  PlainForm& operator=(const PlainForm&) = delete;

 private:
  Kernel& kernel_;
  Kernel before_;
};

void set_requires_grad(torch::nn::Module& module, bool value) {
  for (Tensor& parameter : module.parameters()) parameter.requires_grad_(value);
}

}  // namespace

AdversarialTrainer::AdversarialTrainer(const AdversarialOptions& options, RealImages real_images,
                                       torch::Device device)
    : options_(options), real_images_(std::move(real_images)), device_(device) {
  if (options.widths.size() != options.discriminator_widths.size())
    throw ConfigError(concat("discriminator_widths must have as many entries as widths (",
                             options.widths.size(), "), but has ",
                             options.discriminator_widths.size()));
  torch::manual_seed(static_cast<std::uint64_t>(options.seed));
  const StyleGan2Options architecture{
      .mapping = {.z_dim = options.z_dim, .w_dim = options.w_dim, .layers = options.mapping_layers},
      .synthesis = {.w_dim = options.w_dim, .widths = options.widths}};
  generator_ = StyleGan2(architecture);
  averaged_ = StyleGan2(architecture);
  discriminator_ = Discriminator(DiscriminatorOptions{.widths = options.discriminator_widths});
  sgilo::load_state(*averaged_, state_of(*generator_));
  generator_->to(device);
  averaged_->to(device);
  discriminator_->to(device);
  generator_->synthesis->convolution_type = discriminator_->convolution_type =
      options.precision == TrainingPrecision::bf16 ? torch::kBFloat16 : torch::kFloat32;
  generator_->synthesis->kernel = averaged_->synthesis->kernel = discriminator_->kernel =
      options.kernel;
  set_requires_grad(*averaged_, false);
  generator_optimizer_ =
      make_adam(*generator_, options, options.path_length_weight > 0, options.path_length_interval);
  discriminator_optimizer_ =
      make_adam(*discriminator_, options, options.r1_gamma > 0, options.r1_interval);
  path_length_mean_ = torch::zeros({}, torch::TensorOptions(device));
}

Tensor AdversarialTrainer::fake_images(const RandomStreams& streams, Tensor* styles_out) {
  SynthesisNetwork synthesis = generator_->synthesis;
  const std::int64_t n = options_.batch, rows = synthesis->options.style_rows();
  const Tensor w =
      generator_->mapping->forward(streams.child("z").normal({n, options_.z_dim}).to(device_));
  const Tensor other = generator_->mapping->forward(
      streams.child("mixed z").normal({n, options_.z_dim}).to(device_));
  generator_->mapping->w_avg.lerp_(w.detach().mean(0), 0.005);
  // Rows from a random crossover on come from the second input, with probability style_mixing.
  const Tensor mixed = (streams.child("mix").uniform({n}) < options_.style_mixing);
  const Tensor crossover = torch::where(
      mixed, 1 + (streams.child("crossover").uniform({n}) * static_cast<double>(rows - 1)).floor(),
      torch::full({n}, static_cast<double>(rows)));
  const Tensor first =
      (torch::arange(rows).unsqueeze(0) < crossover.unsqueeze(1)).to(device_).unsqueeze(2);
  const Tensor ws = torch::where(first, w.unsqueeze(1), other.unsqueeze(1));
  Noises noises;
  for (std::int64_t j = 0; j < synthesis->options.noise_inputs(); ++j) {
    const std::int64_t r = synthesis->options.resolution(SynthesisOptions::block_of_noise(j));
    noises.push_back(
        streams.child("noise", static_cast<std::uint64_t>(j)).normal({n, 1, r, r}).to(device_));
  }
  if (styles_out) *styles_out = ws;
  return synthesis->forward(ws, noises);
}

double AdversarialTrainer::discriminator_step(const Tensor& real, const Tensor& fake,
                                              const Parts& begins) {
  begins("discriminator");
  discriminator_optimizer_->zero_grad();
  const Tensor loss = F::softplus(discriminator_->forward(fake.detach())).mean() +
                      F::softplus(-discriminator_->forward(real)).mean();
  loss.backward();
  begins("optimiser");
  discriminator_optimizer_->step();
  return loss.item<double>();
}

// R1: gamma/2 * E ||grad D(real)||^2, every r1_interval steps with that weight more.
double AdversarialTrainer::gradient_penalty(const Tensor& real, const Parts& begins) {
  begins("gradient penalty");
  const PlainForm plain(discriminator_->kernel);
  discriminator_optimizer_->zero_grad();
  const Tensor images = real.detach().requires_grad_(true);
  const Tensor logits = discriminator_->forward(images);
  const Tensor gradient = torch::autograd::grad({logits.sum()}, {images}, {}, true, true)[0];
  const Tensor penalty = gradient.square().sum({1, 2, 3}).mean();
  (penalty * (options_.r1_gamma / 2 * static_cast<double>(options_.r1_interval))).backward();
  // The last bias has no part in the gradient; Adam skips parameters without one.
  begins("optimiser");
  discriminator_optimizer_->step();
  return penalty.item<double>();
}

double AdversarialTrainer::generator_step(const Tensor& fake, const Parts& begins) {
  begins("generator");
  set_requires_grad(*discriminator_, false);
  generator_optimizer_->zero_grad();
  const Tensor loss = F::softplus(-discriminator_->forward(fake)).mean();
  loss.backward();
  begins("optimiser");
  generator_optimizer_->step();
  set_requires_grad(*discriminator_, true);
  return loss.item<double>();
}

// E (||J_w^T y|| - a)^2 with y ~ N(0, I / pixels) and a its running mean.
double AdversarialTrainer::path_length_step(const RandomStreams& streams, const Parts& begins) {
  begins("path length");
  const PlainForm plain(generator_->synthesis->kernel);
  generator_optimizer_->zero_grad();
  Tensor ws;
  const Tensor fake = fake_images(streams.child("path length"), &ws);
  const Tensor y = streams.child("path length y").normal(fake.sizes()).to(device_) /
                   std::sqrt(static_cast<double>(fake.size(2) * fake.size(3)));
  const Tensor gradient = torch::autograd::grad({(fake * y).sum()}, {ws}, {}, true, true)[0];
  const Tensor lengths = gradient.square().sum(2).mean(1).sqrt();
  path_length_mean_ = path_length_mean_.lerp(lengths.mean().detach(), 0.01);
  const Tensor penalty = (lengths - path_length_mean_).square().mean();
  (penalty * (options_.path_length_weight * static_cast<double>(options_.path_length_interval)))
      .backward();
  begins("optimiser");
  generator_optimizer_->step();
  return path_length_mean_.item<double>();
}

// The half-life grows with the images seen until it reaches its final value, so that the first
// average is not the initial network.
void AdversarialTrainer::update_average() {
  const torch::NoGradGuard no_grad;
  const double half_life =
      std::min(options_.average_half_life, std::max(0.05 * static_cast<double>(images()), 1.0));
  const double kept = std::pow(0.5, static_cast<double>(options_.batch) / half_life);
  const StateDict current = state_of(*generator_);
  for (auto& [name, value] : state_of(*averaged_)) Tensor(value).lerp_(current.at(name), 1 - kept);
}

std::map<std::string, double> AdversarialTrainer::step(const Parts& begins) {
  const RandomStreams streams = RandomStreams(static_cast<std::uint64_t>(options_.seed))
                                    .child("step", static_cast<std::uint64_t>(step_));
  std::map<std::string, double> losses;
  begins("data");
  const Tensor real = real_images_(step_).to(device_);
  begins("fakes");
  const Tensor fake = fake_images(streams, nullptr);  // both networks learn from the same fakes
  losses["discriminator_loss"] = discriminator_step(real, fake, begins);
  if (options_.r1_gamma > 0 && step_ % options_.r1_interval == 0)
    losses["gradient_penalty"] = gradient_penalty(real, begins);
  losses["generator_loss"] = generator_step(fake, begins);
  if (options_.path_length_weight > 0 && step_ % options_.path_length_interval == 0)
    losses["path_length"] = path_length_step(streams, begins);
  ++step_;
  begins("average");
  update_average();
  for (const auto& [name, value] : losses)
    if (!std::isfinite(value))
      throw NumericError(concat("training step ", step_, ": ", name, " is not finite"));
  return losses;
}

Tensor samples_of(StyleGan2 network, const RandomStreams& streams, std::int64_t first,
                  std::int64_t count) {
  const torch::NoGradGuard no_grad;
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(streams.child(static_cast<std::uint64_t>(first + i)));
  const torch::Device device = network->parameters().at(0).device();
  const std::int64_t z_dim = network->mapping->options.z_dim;
  const Tensor ws = network->styles(normal_rows(rows, {z_dim}).to(device));
  return network->synthesis->forward(ws, network->synthesis->constant_noises());
}

Tensor AdversarialTrainer::samples(std::int64_t first, std::int64_t count) {
  return samples_of(averaged_,
                    RandomStreams(static_cast<std::uint64_t>(options_.seed)).child("samples"),
                    first, count);
}

TrainingState AdversarialTrainer::state() const {
  TrainingState state{.step = step_};
  state.tensors.merge(with_prefix(state_of(*generator_), "generator."));
  state.tensors.merge(with_prefix(state_of(*averaged_), "averaged."));
  state.tensors.merge(with_prefix(state_of(*discriminator_), "discriminator."));
  state.tensors.merge(
      with_prefix(adam_state(*generator_optimizer_, *generator_), "optimizer.generator."));
  state.tensors.merge(with_prefix(adam_state(*discriminator_optimizer_, *discriminator_),
                                  "optimizer.discriminator."));
  state.tensors["path_length_mean"] = path_length_mean_;
  return state;
}

void AdversarialTrainer::load_state(const TrainingState& state) {
  const auto part = [&](const char* name) { return with_prefix_removed(state.tensors, name); };
  sgilo::load_state(*generator_, part("generator."));
  sgilo::load_state(*averaged_, part("averaged."));
  sgilo::load_state(*discriminator_, part("discriminator."));
  load_adam_state(*generator_optimizer_, *generator_, part("optimizer.generator."), state.step);
  load_adam_state(*discriminator_optimizer_, *discriminator_, part("optimizer.discriminator."),
                  state.step);
  path_length_mean_ = require_tensor(state.tensors, "path_length_mean").to(device_);
  step_ = state.step;
}

void AdversarialTrainer::load_weights(const StateDict& generator, const StateDict& discriminator) {
  sgilo::load_state(*generator_, generator);
  sgilo::load_state(*averaged_, generator);
  if (!discriminator.empty()) sgilo::load_state(*discriminator_, discriminator);
}

}  // namespace sgilo
