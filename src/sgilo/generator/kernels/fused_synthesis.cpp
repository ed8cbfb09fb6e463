#include "sgilo/generator/kernels/fused_synthesis.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sgilo/generator/kernels/image_doubling.h"
#include "sgilo/generator/kernels/kernel_tensors.h"
#include "sgilo/generator/kernels/pixel_passes.h"

namespace sgilo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

// What the style rows come to: of each layer [N,I] and [N,O], of each block [N,3,C].
struct Modulation {
  std::vector<Tensor> styles, demodulations, matrices;
};

// What has no gradient, kept until the backward pass.
struct Plan : torch::CustomClassHolder {
  std::vector<std::shared_ptr<const FusedLayer>> layers;
  std::vector<std::shared_ptr<const FusedRgb>> rgb;
  std::int64_t first_row;
  double clamp;  // 0: none
  // Of each layer, between forward and backward, which takes them and writes over them.
  std::vector<Tensor> activations;
  Modulation modulation;

  std::int64_t row(std::size_t layer) const { return first_row + static_cast<std::int64_t>(layer); }
  std::int64_t rgb_row(std::size_t block) const {  // after that of the block's last layer
    return 2 * ((first_row + 1) / 2 + static_cast<std::int64_t>(block)) + 1;
  }
};

Tensor style_of(const StyleMap& map, const Tensor& ws, std::int64_t row) {
  return at::addmm(map.bias, ws.select(1, row), map.weight.t(), map.bias_scale, map.scale)
      .contiguous();
}

Modulation modulation_of(const Plan& plan, const Tensor& ws) {
  Modulation out;
  for (std::size_t j = 0; j < plan.layers.size(); ++j) {
    const FusedLayer& layer = *plan.layers[j];
    const Tensor style = style_of(layer.style, ws, plan.row(j));
    out.styles.push_back(style);
    out.demodulations.push_back(
        at::mm(style.square(), layer.squares.t()).add_(1e-8).rsqrt_().contiguous());
  }
  for (std::size_t b = 0; b < plan.rgb.size(); ++b) {
    const FusedRgb& rgb = *plan.rgb[b];
    const Tensor style = style_of(rgb.style, ws, plan.rgb_row(b));
    out.matrices.push_back((rgb.weight * style.unsqueeze(1)).contiguous());
  }
  return out;
}

// The gradient of the style rows from those of what they come to.
Tensor rows_gradient(const Plan& plan, const Modulation& of, const Modulation& gradients,
                     const Tensor& ws) {
  const Tensor out = torch::zeros_like(ws, torch::MemoryFormat::Contiguous);
  const auto add = [&](const StyleMap& map, const Tensor& gradient, std::int64_t row) {
    out.select(1, row).addmm_(gradient, map.weight, 1, map.scale);
  };
  for (std::size_t j = 0; j < plan.layers.size(); ++j) {
    const FusedLayer& layer = *plan.layers[j];
    // d = (Q s^2 + 1e-8)^(-1/2), the derivative of s^2 being 2 s.
    const Tensor& d = of.demodulations[j];
    const Tensor inner = at::mm(gradients.demodulations[j] * d * d * d, layer.squares);
    add(layer.style, gradients.styles[j] - inner.mul_(of.styles[j]), plan.row(j));
  }
  for (std::size_t b = 0; b < plan.rgb.size(); ++b)
    add(plan.rgb[b]->style, (gradients.matrices[b] * plan.rgb[b]->weight).sum(1), plan.rgb_row(b));
  return out;
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
      run_pass(ScaleGradientPass<T>{x.data_ptr<float>() + at, part_of(styles, i),
                                    gradient.data_ptr<T>() + at, last - first, channels,
                                    x_wanted ? x_gradient.data_ptr<float>() + at : nullptr,
                                    sums.data_ptr<float>() + (i * tasks + task) * channels});
    });
  });
  return {x_gradient, sums.sum(1)};
}

// The tensors of one call in the order in which autograd sees them: features, skip, style rows,
// then the noise of each layer. What is not there is an empty tensor.
struct Inputs {
  const Tensor& features() const { return all[0]; }
  Tensor skip() const { return present(all[1]); }
  const Tensor& rows() const { return all[2]; }
  Tensor noise(std::size_t j) const { return present(all[3 + j]); }
  at::TensorList all;
};

// A layer ends its block unless an up-convolution.
LayerEndTensors end_of(const Plan& plan, const Inputs& in, std::size_t j, std::size_t block,
                       std::int64_t side) {
  const FusedLayer& layer = *plan.layers[j];
  const Modulation& of = plan.modulation;
  const bool last = j + 1 == plan.layers.size();
  return {of.demodulations[j],
          layer.bias,
          scaled_noise(in.noise(j), layer.noise_strength, side * side),
          last ? Tensor() : of.styles[j + 1],
          layer.up ? Tensor() : of.matrices[block],
          plan.clamp};
}

struct FusedSynthesis : torch::autograd::Function<FusedSynthesis> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Plan>& plan,
                        at::TensorList all) {
    const Inputs in{all};
    const bool differentiable =
        std::any_of(all.begin(), all.end(), [](const Tensor& x) { return x.requires_grad(); });
    variable_list kept(all.begin(), all.end()), limited;
    plan->modulation = modulation_of(*plan, in.rows());
    Tensor skip = in.skip(), x = in.features();
    std::size_t block = 0;
    for (std::size_t j = 0; j < plan->layers.size(); ++j) {
      const FusedLayer& layer = *plan->layers[j];
      const std::int64_t side = x.size(2) * (layer.up ? 2 : 1);
      const LayerResult result =
          run_layer(layer, x, plan->modulation.styles[j], end_of(*plan, in, j, block, side),
                    {j + 1 < plan->layers.size(), differentiable});
      x = result.activation;
      if (differentiable) plan->activations.push_back(result.kept);
      if (layer.up) continue;
      Tensor bias = plan->rgb[block++]->bias;
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
    require_first_gradients();
    const auto capsule = context->saved_data["plan"].toCapsule();
    auto& plan = static_cast<Plan&>(*capsule);
    const variable_list kept = context->get_saved_variables();
    const std::size_t layers = plan.layers.size(), blocks = plan.rgb.size();
    variable_list activations = std::exchange(plan.activations, {});
    if (activations.size() != layers)
      throw std::logic_error("the fused kernels go backward once for each time forward");
    const std::size_t count = 3 + layers;
    const Inputs in{at::TensorList(kept).slice(0, count)};
    Modulation of{std::vector<Tensor>(layers), std::vector<Tensor>(layers),
                  std::vector<Tensor>(blocks)};  // their gradients
    variable_list out(count + 1);                // the plan has none
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
                      wanted(3 + j)};
    };
    std::size_t rgb_block = blocks;
    const auto keep = [&](std::size_t j, const KnownEnd& known, const EndGradients& g) {
      if (j + 1 < layers) of.styles[j + 1] = g.sums.select(1, 0);
      if (!plan.layers[j]->up) of.matrices[--rgb_block] = g.sums.slice(1, 1, 4);
      of.demodulations[j] = g.sums.select(1, 4) / known.end.demodulation;
      if (!g.noise.defined()) return;
      const std::int64_t side = known.activation.size(2);
      const Tensor per_image = (g.noise * plan.layers[j]->noise_strength).view({-1, 1, side, side});
      at(3 + j) = per_image.sum_to_size(in.noise(j).sizes());
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
    std::tie(at(0), of.styles[0]) =
        scaled_input_gradient(in.features(), plan.modulation.styles[0],
                              input_gradient(*plan.layers.front(), g.y), wanted(0));
    if (wanted(2)) at(2) = rows_gradient(plan, plan.modulation, of, in.rows());
    plan.modulation = {};
    if (in.skip().defined()) at(1) = doubled_adjoint(image);
    return out;
  }
};

}  // namespace

Tensor fused_synthesis(const std::vector<std::shared_ptr<const FusedLayer>>& layers,
                       const std::vector<std::shared_ptr<const FusedRgb>>& rgb,
                       const Tensor& features, const Tensor& skip, const Tensor& ws,
                       std::int64_t first_row, const std::vector<Tensor>& noises, double clamp) {
  auto plan = c10::make_intrusive<Plan>();
  plan->layers = layers;
  plan->rgb = rgb;
  plan->first_row = first_row;
  plan->clamp = clamp > 0 ? stored_limit(clamp, layers.front()->type) : 0;
  std::vector<Tensor> all{features.contiguous(kChannelsLast), given(skip), ws.contiguous()};
  for (const Tensor& noise : noises) all.push_back(given(noise));
  return FusedSynthesis::apply(plan, at::TensorList(all));
}

}  // namespace sgilo
