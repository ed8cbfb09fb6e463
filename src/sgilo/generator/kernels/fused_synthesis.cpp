#include "sgilo/generator/kernels/fused_synthesis.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sgilo/generator/kernels/image_doubling.h"
#include "sgilo/generator/kernels/pixel_passes.h"

namespace sgilo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

// What has no gradient, kept until the backward pass.
struct Plan : torch::CustomClassHolder {
  std::vector<std::shared_ptr<const FusedLayer>> layers;
  std::vector<Tensor> rgb_bias;
  double clamp;  // 0: none
  // Of each layer, between forward and backward, which takes them and writes over them.
  std::vector<Tensor> activations;
};

const float* row(const Tensor& x, std::int64_t n) {  // [N, ...] -> its n-th part
  return x.data_ptr<float>() + n * (x.numel() / x.size(0));
}

// Noise [1|N, r r] float32 times its strength, or undefined.
Tensor scaled_noise(const Tensor& noise, float strength, std::int64_t pixels) {
  return noise.defined() ? (noise.reshape({-1, pixels}) * strength).contiguous() : Tensor();
}

// Those of x (undefined: not wanted) and of the styles.
std::pair<Tensor, Tensor> scaled_input_gradient(const Tensor& x, const Tensor& styles,
                                                const Tensor& gradient, bool x_wanted) {
  const std::int64_t n = x.size(0), pixels = x.size(2) * x.size(3), channels = x.size(1),
                     tasks = (pixels + kTaskPixels - 1) / kTaskPixels;
  const Tensor x_gradient = x_wanted ? torch::empty_like(x) : Tensor();
  const Tensor sums = torch::zeros({n, tasks, channels});
  with_type(gradient.scalar_type(), [&](auto zero) {
    using T = decltype(zero);
    for_tasks(n, pixels, kTaskPixels, [&](auto i, auto task, auto first, auto last) {
      const std::int64_t at = (i * pixels + first) * channels;
      run_pass(ScaleGradientPass<T>{x.data_ptr<float>() + at, row(styles, i),
                                    gradient.data_ptr<T>() + at, last - first, channels,
                                    x_wanted ? x_gradient.data_ptr<float>() + at : nullptr,
                                    sums.data_ptr<float>() + (i * tasks + task) * channels});
    });
  });
  return {x_gradient, sums.sum(1)};
}

// The tensors of one call in the order in which autograd sees them: features, skip, then styles,
// demodulation and noise of each layer, then the matrices of each block. What is not there is an
// empty tensor, as autograd takes no undefined ones.
struct Inputs {
  static Tensor present(const Tensor& x) { return x.numel() > 0 ? x : Tensor(); }
  const Tensor& features() const { return all[0]; }
  Tensor skip() const { return present(all[1]); }
  const Tensor& styles(std::size_t j) const { return all[2 + 3 * j]; }
  const Tensor& demodulation(std::size_t j) const { return all[3 + 3 * j]; }
  Tensor noise(std::size_t j) const { return present(all[4 + 3 * j]); }
  const Tensor& matrices(std::size_t block) const { return all[2 + 3 * layers + block]; }
  at::TensorList all;
  std::size_t layers;
};

// A layer ends its block unless an up-convolution.
LayerEndTensors end_of(const Plan& plan, const Inputs& in, std::size_t j, std::size_t block,
                       std::int64_t side) {
  const FusedLayer& layer = *plan.layers[j];
  const bool last = j + 1 == plan.layers.size();
  return {in.demodulation(j),
          layer.bias,
          scaled_noise(in.noise(j), layer.noise_strength, side * side),
          last ? Tensor() : in.styles(j + 1),
          layer.up ? Tensor() : in.matrices(block),
          plan.clamp};
}

struct FusedSynthesis : torch::autograd::Function<FusedSynthesis> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Plan>& plan,
                        at::TensorList all) {
    const Inputs in{all, plan->layers.size()};
    const bool differentiable =
        std::any_of(all.begin(), all.end(), [](const Tensor& x) { return x.requires_grad(); });
    variable_list kept(all.begin(), all.end()), limited;
    Tensor skip = in.skip(), x = in.features();
    std::size_t block = 0;
    for (std::size_t j = 0; j < plan->layers.size(); ++j) {
      const FusedLayer& layer = *plan->layers[j];
      const std::int64_t side = x.size(2) * (layer.up ? 2 : 1);
      const LayerResult result =
          run_layer(layer, x, in.styles(j), end_of(*plan, in, j, block, side),
                    {j + 1 < plan->layers.size(), differentiable});
      x = result.activation;
      if (differentiable) plan->activations.push_back(result.kept);
      if (layer.up) continue;
      Tensor bias = plan->rgb_bias[block++];
      if (plan->clamp > 0) {
        limited.push_back(
            result.rgb.add_(bias.view({1, 3, 1, 1})).clamp_(-plan->clamp, plan->clamp));
        bias = torch::zeros_like(bias);
      }
      skip = add_doubled(result.rgb, bias, skip);
    }
    kept.insert(kept.end(), limited.begin(), limited.end());
    context->save_for_backward(kept);
    context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return skip;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    if (torch::GradMode::is_enabled())
      throw std::logic_error("the fused kernels have no second gradients");
    const auto capsule = context->saved_data["plan"].toCapsule();
    auto& plan = static_cast<Plan&>(*capsule);
    const variable_list kept = context->get_saved_variables();
    const std::size_t layers = plan.layers.size(), blocks = plan.rgb_bias.size();
    variable_list activations = std::exchange(plan.activations, {});
    if (activations.size() != layers)
      throw std::logic_error("the fused kernels go backward once for each time forward");
    const std::size_t count = 2 + 3 * layers + blocks;
    const Inputs in{at::TensorList(kept).slice(0, count), layers};
    variable_list out(count + 1);  // the plan has none
    const auto at = [&](std::size_t i) -> Tensor& { return out[1 + i]; };
    const auto wanted = [&](std::size_t i) { return kept[i].requires_grad(); };

    Tensor image = gradients[0].contiguous();  // of the block in question
    std::size_t block = blocks;
    const auto known_end = [&](std::size_t j) {  // from the last layer down
      const FusedLayer& layer = *plan.layers[j];
      const Tensor activation = std::exchange(activations[j], {});
      Tensor rgb_gradient;
      if (!layer.up) {
        if (--block + 1 < blocks) image = doubled_adjoint(image);
        rgb_gradient = plan.clamp > 0 ? image * kept[count + block].abs().lt(plan.clamp) : image;
      }
      return KnownEnd{end_of(plan, in, j, block, activation.size(2)), activation, rgb_gradient,
                      wanted(4 + 3 * j)};
    };
    std::size_t rgb_block = blocks;
    const auto keep = [&](std::size_t j, const KnownEnd& known, const EndGradients& g) {
      if (j + 1 < layers) at(2 + 3 * (j + 1)) = g.sums.select(1, 0);
      if (!plan.layers[j]->up) at(2 + 3 * layers + --rgb_block) = g.sums.slice(1, 1, 4);
      at(3 + 3 * j) = g.sums.select(1, 4) / known.end.demodulation;
      if (!g.noise.defined()) return;
      const std::int64_t side = known.activation.size(2);
      const Tensor per_image = (g.noise * plan.layers[j]->noise_strength).view({-1, 1, side, side});
      at(4 + 3 * j) = per_image.sum_to_size(in.noise(j).sizes());
    };

    std::size_t j = layers - 1;
    const KnownEnd last = known_end(j);
    EndGradients g;
    if (layers == 1) {
      g = end_gradients(last);
      keep(j, last, g);
    } else {
      const KnownEnd before = known_end(j - 1);
      EndGradients own;
      std::tie(own, g) = last_gradients(*plan.layers[j], last, before);
      keep(j, last, own);
      keep(--j, before, g);
    }
    while (j > 0) {
      const KnownEnd before = known_end(j - 1);
      g = gradients_before(*plan.layers[j], g.y, before);
      keep(--j, before, g);
    }
    std::tie(at(0), at(2)) = scaled_input_gradient(
        in.features(), in.styles(0), input_gradient(*plan.layers.front(), g.y), wanted(0));
    if (in.skip().defined()) at(1) = doubled_adjoint(image);
    return out;
  }
};

}  // namespace

Tensor fused_synthesis(const std::vector<std::shared_ptr<const FusedLayer>>& layers,
                       const Tensor& features, const Tensor& skip,
                       const std::vector<LayerInputs>& inputs, const std::vector<RgbInputs>& rgb,
                       double clamp) {
  auto plan = c10::make_intrusive<Plan>();
  plan->layers = layers;
  // As activations are stored, so that the backward pass recognises those at the limit.
  plan->clamp = layers.front()->type == torch::kBFloat16
                    ? static_cast<float>(c10::BFloat16(static_cast<float>(clamp)))
                    : clamp;
  const auto given = [](const Tensor& x) { return x.defined() ? x.contiguous() : torch::empty(0); };
  std::vector<Tensor> all{features.contiguous(kChannelsLast), given(skip)};
  for (const LayerInputs& layer : inputs) {
    all.push_back(layer.styles.contiguous());
    all.push_back(layer.demodulation.contiguous());
    all.push_back(given(layer.noise));
  }
  for (const RgbInputs& block : rgb) {
    all.push_back(block.matrices.contiguous());
    plan->rgb_bias.push_back(block.bias.detach().contiguous());
  }
  return FusedSynthesis::apply(plan, at::TensorList(all));
}

}  // namespace sgilo
