#include "sgilo/generator/kernels/fused_synthesis.h"

#include <algorithm>

#include "sgilo/generator/kernels/image_doubling.h"
#include "sgilo/generator/kernels/pixel_passes.h"

namespace sgilo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kPixels = 1024;  // of one task; fixed, so that sums do not depend on threads
constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

// What has no gradient, kept until the backward pass.
struct Plan : torch::CustomClassHolder {
  std::vector<std::shared_ptr<const FusedLayer>> layers;
  std::vector<Tensor> rgb_bias;
  double clamp;  // 0: none
};

Tensor image_buffer(std::int64_t n, std::int64_t channels, std::int64_t height, std::int64_t width,
                    torch::ScalarType type) {
  return torch::empty({n, channels, height, width}, torch::TensorOptions(type), kChannelsLast);
}

const float* row(const Tensor& x, std::int64_t n) {  // [N, ...] -> its n-th part
  return x.defined() ? x.data_ptr<float>() + n * (x.numel() / x.size(0)) : nullptr;
}

// f(image, task, first, last) for the parts of at most `size` of 0 .. count - 1 of each image.
template <class F>
void for_tasks(std::int64_t images, std::int64_t count, std::int64_t size, F f) {
  const std::int64_t tasks = (count + size - 1) / size;
  at::parallel_for(0, images * tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      f(i / tasks, i % tasks, i % tasks * size, std::min(count, (i % tasks + 1) * size));
  });
}

// Noise [1|N, r r] float32 times its strength, or undefined.
Tensor scaled_noise(const Tensor& noise, float strength, std::int64_t pixels) {
  return noise.defined() ? (noise.reshape({-1, pixels}) * strength).contiguous() : Tensor();
}

const float* noise_of(const Tensor& noise, std::int64_t n) {
  return noise.defined() ? row(noise, noise.size(0) == 1 ? 0 : n) : nullptr;
}

struct LayerResult {
  Tensor activation, scaled, rgb;  // [N,O,r,r] twice, [N,3,r,r]; the last two may be undefined
};

// The coefficients of one layer's end, [N, ...] each.
struct Ends {
  Tensor demodulation, bias, next_styles, matrices;
  double clamp;
  LayerEnd of(std::int64_t n) const {
    LayerEnd end{row(demodulation, n), bias.data_ptr<float>(), row(next_styles, n),
                 row(matrices, n), bias.size(0)};
    if (clamp > 0) end.limit = static_cast<float>(clamp);
    return end;
  }
};

template <class T>
LayerResult activate(const FusedLayer& layer, const Tensor& xs, const Ends& ends,
                     const Tensor& noise) {
  const std::int64_t n = xs.size(0), out = ends.bias.size(0), height = xs.size(2),
                     width = xs.size(3), grown = layer.up ? 2 : 1;
  const std::int64_t pixels = grown * height * grown * width;
  LayerResult result;
  result.activation = image_buffer(n, out, grown * height, grown * width, xs.scalar_type());
  if (ends.next_styles.defined()) result.scaled = torch::empty_like(result.activation);
  if (ends.matrices.defined()) result.rgb = torch::empty({n, 3, grown * height, grown * width});
  T* activation = result.activation.data_ptr<T>();
  T* scaled = result.scaled.defined() ? result.scaled.data_ptr<T>() : nullptr;
  if (!layer.up) {
    const Tensor y = torch::conv2d(xs, layer.forward[0], {}, 1, 1).contiguous(kChannelsLast);
    const T* from = y.data_ptr<T>();
    float* rgb = result.rgb.defined() ? result.rgb.data_ptr<float>() : nullptr;
    for_tasks(n, pixels, kPixels, [&](auto i, auto, auto first, auto last) {
      const float* own_noise = noise_of(noise, i);
      const std::int64_t at = (i * pixels + first) * out;
      run_pass(ActivationPass<T>{ends.of(i), from + at, last - first,
                                 own_noise ? own_noise + first : nullptr, activation + at,
                                 scaled ? scaled + at : nullptr,
                                 rgb ? rgb + i * 3 * pixels + first : nullptr, pixels});
    });
    return result;
  }
  std::vector<Tensor> phases;
  for (const Tensor& weight : layer.forward)
    phases.push_back(torch::conv2d(xs, weight, {}, 1, {weight.size(2) - 1, weight.size(3) - 1})
                         .contiguous(kChannelsLast));
  const std::int64_t rows = std::max<std::int64_t>(1, kPixels / (2 * width));
  for_tasks(n, 2 * height, rows, [&](auto i, auto, auto first, auto last) {
    std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width, out)));
    FilteredActivationPass<T> pass{ends.of(i),
                                   {},
                                   height,
                                   width,
                                   first,
                                   last,
                                   noise_of(noise, i),
                                   activation + i * pixels * out,
                                   scaled ? scaled + i * pixels * out : nullptr,
                                   buffer.data()};
    for (std::size_t k = 0; k < 4; ++k)
      pass.phases[k] = phases[k].data_ptr<T>() + i * (phases[k].numel() / n);
    run_pass(pass);
  });
  return result;
}

struct LayerGradients {
  Tensor input;  // [N,I,r,r]: of s x
  Tensor next_styles, matrices, demodulation, noise;
};

// From the gradients of what `activate` returned besides the activation itself.
template <class T>
LayerGradients activate_gradient(const FusedLayer& layer, const Tensor& activation,
                                 const Tensor& scaled_gradient, const Tensor& rgb_gradient,
                                 const Ends& ends, const Tensor& noise, bool noise_wanted) {
  const std::int64_t n = activation.size(0), out = activation.size(1), height = activation.size(2),
                     width = activation.size(3);
  const std::int64_t pixels = height * width, tasks = (pixels + kPixels - 1) / kPixels;
  Tensor y_gradient = torch::empty_like(activation);
  Tensor sums = torch::zeros({n, tasks, kGradientSums, out});
  LayerGradients result;
  if (noise_wanted) result.noise = torch::empty({n, pixels});
  const T* a = activation.data_ptr<T>();
  T* to = y_gradient.data_ptr<T>();
  for_tasks(n, pixels, kPixels, [&](auto i, auto task, auto first, auto last) {
    const std::int64_t at = (i * pixels + first) * out;
    const float* own_noise = noise_of(noise, i);
    run_pass(ActivationGradientPass<T>{
        ends.of(i), a + at,
        scaled_gradient.defined() ? scaled_gradient.data_ptr<T>() + at : nullptr,
        rgb_gradient.defined() ? row(rgb_gradient, i) + first : nullptr, pixels, last - first,
        own_noise ? own_noise + first : nullptr, to + at,
        noise_wanted ? result.noise.template data_ptr<float>() + i * pixels + first : nullptr,
        sums.data_ptr<float>() + (i * tasks + task) * kGradientSums * out});
  });
  sums = sums.sum(1);  // [N, kGradientSums, O]
  if (ends.next_styles.defined()) result.next_styles = sums.select(1, 0);
  if (ends.matrices.defined()) result.matrices = sums.slice(1, 1, 4);
  result.demodulation = sums.select(1, 4) / ends.demodulation;
  if (!layer.up) {
    result.input = torch::conv2d(y_gradient, layer.backward, {}, 1, 1).contiguous(kChannelsLast);
    return result;
  }
  Tensor t_gradient = image_buffer(n, out, height + 1, width + 1, activation.scalar_type());
  const std::int64_t t_pixels = (height + 1) * (width + 1);
  T* t = t_gradient.data_ptr<T>();
  const std::int64_t rows = std::max<std::int64_t>(1, kPixels / width);
  for_tasks(n, height + 1, rows, [&](auto i, auto, auto first, auto last) {
    std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width / 2, out)));
    run_pass(FilterGradientPass<T>{to + i * pixels * out, height, width, out, first, last,
                                   t + i * t_pixels * out, buffer.data()});
  });
  result.input = torch::conv2d(t_gradient, layer.backward, {}, 2).contiguous(kChannelsLast);
  return result;
}

template <class T>
Tensor scaled_input(const Tensor& x, const Tensor& styles, torch::ScalarType type) {
  const std::int64_t pixels = x.size(2) * x.size(3), channels = x.size(1);
  Tensor scaled = image_buffer(x.size(0), channels, x.size(2), x.size(3), type);
  for_tasks(x.size(0), pixels, kPixels, [&](auto i, auto, auto first, auto last) {
    const std::int64_t at = (i * pixels + first) * channels;
    run_pass(ScalePass<T>{x.data_ptr<float>() + at, row(styles, i), last - first, channels,
                          scaled.data_ptr<T>() + at});
  });
  return scaled;
}

template <class T>
std::pair<Tensor, Tensor> scaled_input_gradient(const Tensor& x, const Tensor& styles,
                                                const Tensor& gradient, bool x_wanted) {
  const std::int64_t n = x.size(0), pixels = x.size(2) * x.size(3), channels = x.size(1),
                     tasks = (pixels + kPixels - 1) / kPixels;
  Tensor x_gradient = x_wanted ? torch::empty_like(x) : Tensor();
  Tensor sums = torch::zeros({n, tasks, channels});
  for_tasks(n, pixels, kPixels, [&](auto i, auto task, auto first, auto last) {
    const std::int64_t at = (i * pixels + first) * channels;
    run_pass(ScaleGradientPass<T>{x.data_ptr<float>() + at, row(styles, i),
                                  gradient.data_ptr<T>() + at, last - first, channels,
                                  x_wanted ? x_gradient.data_ptr<float>() + at : nullptr,
                                  sums.data_ptr<float>() + (i * tasks + task) * channels});
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
Ends ends_of(const Plan& plan, const Inputs& in, std::size_t j, std::size_t block) {
  const bool last = j + 1 == plan.layers.size();
  return {in.demodulation(j), plan.layers[j]->bias, last ? Tensor() : in.styles(j + 1),
          plan.layers[j]->up ? Tensor() : in.matrices(block), plan.clamp};
}

// Calls f(float()) or f(BFloat16()) by the type of the convolutions.
template <class F>
auto with_type(const Plan& plan, F f) {
  return plan.layers.front()->backward.scalar_type() == torch::kBFloat16 ? f(c10::BFloat16())
                                                                         : f(float());
}

struct FusedSynthesis : torch::autograd::Function<FusedSynthesis> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Plan>& plan,
                        at::TensorList all) {
    const Inputs in{all, plan->layers.size()};
    variable_list kept(all.begin(), all.end()), limited;
    Tensor skip = in.skip();
    Tensor xs = with_type(*plan, [&](auto type) {
      return scaled_input<decltype(type)>(in.features(), in.styles(0),
                                          plan->layers.front()->backward.scalar_type());
    });
    std::size_t block = 0;
    for (std::size_t j = 0; j < plan->layers.size(); ++j) {
      const FusedLayer& layer = *plan->layers[j];
      const std::int64_t side = xs.size(2) * (layer.up ? 2 : 1);
      const Tensor noise = scaled_noise(in.noise(j), layer.noise_strength, side * side);
      const LayerResult result = with_type(*plan, [&](auto type) {
        return activate<decltype(type)>(layer, xs, ends_of(*plan, in, j, block), noise);
      });
      kept.push_back(result.activation);
      xs = result.scaled;
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
    const auto capsule = context->saved_data["plan"].toCapsule();
    const auto& plan = static_cast<const Plan&>(*capsule);
    const variable_list kept = context->get_saved_variables();
    const std::size_t layers = plan.layers.size(), blocks = plan.rgb_bias.size();
    const std::size_t count = 2 + 3 * layers + blocks;
    const Inputs in{at::TensorList(kept).slice(0, count), layers};
    variable_list out(count + 1);  // the plan has none
    const auto at = [&](std::size_t i) -> Tensor& { return out[1 + i]; };
    const auto wanted = [&](std::size_t i) { return kept[i].requires_grad(); };

    Tensor image = gradients[0].contiguous(), scaled_gradient;
    std::size_t block = blocks;
    for (std::size_t j = layers; j-- > 0;) {
      const FusedLayer& layer = *plan.layers[j];
      const Tensor& activation = kept[count + j];
      const std::int64_t side = activation.size(2);
      if (!layer.up) {
        if (--block + 1 < blocks) image = doubled_adjoint(image);
      }
      Tensor rgb_gradient = layer.up ? Tensor() : image;
      if (!layer.up && plan.clamp > 0)
        rgb_gradient = image * kept[count + layers + block].abs().lt(plan.clamp);
      const Tensor noise = scaled_noise(in.noise(j), layer.noise_strength, side * side);
      const LayerGradients g = with_type(plan, [&](auto type) {
        return activate_gradient<decltype(type)>(layer, activation, scaled_gradient, rgb_gradient,
                                                 ends_of(plan, in, j, block), noise,
                                                 wanted(4 + 3 * j));
      });
      if (j + 1 < layers) at(2 + 3 * (j + 1)) = g.next_styles;
      if (!layer.up) at(2 + 3 * layers + block) = g.matrices;
      at(3 + 3 * j) = g.demodulation;
      if (g.noise.defined()) {
        const Tensor per_image = (g.noise * layer.noise_strength).view({-1, 1, side, side});
        at(4 + 3 * j) = per_image.sum_to_size(in.noise(j).sizes());
      }
      scaled_gradient = g.input;
    }
    std::tie(at(0), at(2)) = with_type(plan, [&](auto type) {
      return scaled_input_gradient<decltype(type)>(in.features(), in.styles(0), scaled_gradient,
                                                   wanted(0));
    });
    if (in.skip().defined()) at(1) = doubled_adjoint(image);
    return out;
  }
};

}  // namespace

FusedLayer::FusedLayer(const Tensor& weight, const Tensor& own_bias, const Tensor& strength,
                       bool is_up, torch::ScalarType type)
    : up(is_up) {
  const torch::NoGradGuard no_grad;
  const auto prepared = [&](const Tensor& w) {
    return w.to(type).contiguous(torch::MemoryFormat::ChannelsLast);
  };
  const Tensor w = weight.detach().to(torch::kFloat32);
  if (up) {
    // t[2i + a] = sum over taps k = a, a + 2 of W[k] x[i - (k - a) / 2]: reversed for a
    // correlation.
    const Tensor even = torch::tensor({2, 0}), odd = torch::tensor({1});
    for (const Tensor& rows : {even, odd})
      for (const Tensor& columns : {even, odd})
        forward.push_back(prepared(w.index_select(2, rows).index_select(3, columns)));
    backward = prepared(w.transpose(0, 1));
  } else {
    forward.push_back(prepared(w));
    backward = prepared(w.flip({2, 3}).transpose(0, 1));
  }
  squares = w.square().sum({2, 3});
  bias = own_bias.detach().to(torch::kFloat32).contiguous();
  noise_strength = strength.item<float>();
}

Tensor fused_synthesis(const std::vector<std::shared_ptr<const FusedLayer>>& layers,
                       const Tensor& features, const Tensor& skip,
                       const std::vector<LayerInputs>& inputs, const std::vector<RgbInputs>& rgb,
                       double clamp) {
  auto plan = c10::make_intrusive<Plan>();
  plan->layers = layers;
  // As activations are stored, so that the backward pass recognises those at the limit.
  plan->clamp = layers.front()->backward.scalar_type() == torch::kBFloat16
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
