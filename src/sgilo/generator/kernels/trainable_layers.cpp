#include "sgilo/generator/kernels/trainable_layers.h"

#include "sgilo/generator/kernels/fused_layer.h"
#include "sgilo/generator/kernels/image_buffer.h"
#include "sgilo/generator/kernels/image_doubling.h"
#include "sgilo/generator/kernels/kernel_tensors.h"
#include "sgilo/generator/kernels/library_convolution.h"
#include "sgilo/generator/kernels/pixel_passes.h"
#include "sgilo/generator/kernels/winograd_gradient.h"
#include "sgilo/generator/kernels/winograd_tasks.h"

namespace sgilo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

// x [N,I,H,W] and weight [O,I,3,3] -> conv(x, weight), or the adjoint of [N,O,H,W].
Tensor winograd_convolved(const Tensor& x, const Tensor& weight, bool backward) {
  const Tensor packed = winograd_weights(weight, backward);
  WinogradPass<float> pass{};
  pass.height = x.size(2);
  pass.width = x.size(3);
  pass.input = x.data_ptr<float>();
  pass.inputs = x.size(1);
  pass.outputs = weight.size(backward ? 1 : 0);
  pass.weights = packed.data_ptr<float>();
  const Tensor out =
      image_buffer(x.size(0), pass.outputs, pass.height, pass.width, torch::kFloat32);
  winograd_convolution(pass, x.size(0), out.data_ptr<float>());
  return out;
}

struct WinogradFunction : torch::autograd::Function<WinogradFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight) {
    context->save_for_backward({x, weight});
    return winograd_convolved(x, weight, false);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_gradients();
    const variable_list saved = context->get_saved_variables();
    const Tensor gradient = image_gradient(gradients[0], torch::kFloat32);
    Tensor x_gradient, weight_gradient;
    if (context->needs_input_grad(0)) x_gradient = winograd_convolved(gradient, saved[1], true);
    if (context->needs_input_grad(1))
      weight_gradient = winograd_weight_gradient(saved[0], gradient);
    return {x_gradient, weight_gradient};
  }
};

struct EndFunction : torch::autograd::Function<EndFunction> {
  // What the passes take; noise is [1|N, pixels] times its strength.
  struct Inputs {
    LayerEnd end(std::int64_t n) const {
      return {part_of(demodulation, n), bias.data_ptr<float>(), part_of(next_styles, n),
              part_of(matrices, n),     bias.size(0),           limit};
    }
    Tensor demodulation, bias, next_styles, matrices, noise;
    float limit;
  };

  static variable_list forward(AutogradContext* context, const Tensor& y,
                               const Tensor& demodulation, const Tensor& bias, const Tensor& noise,
                               const Tensor& strength, const Tensor& next_styles,
                               const Tensor& matrices, double clamp) {
    const std::int64_t n = y.size(0), channels = y.size(1), pixels = y.size(2) * y.size(3);
    const Tensor flat = noise.numel() > 0 ? noise.reshape({-1, pixels}) : Tensor(),
                 scaled_noise = flat.defined() ? flat * strength : Tensor();
    const float limit = stored_limit(clamp, y.scalar_type());
    const Inputs in{demodulation,      bias,         present(next_styles),
                    present(matrices), scaled_noise, limit};
    const Tensor activation = image_buffer_like(y),
                 scaled = in.next_styles.defined() ? image_buffer_like(y) : Tensor(),
                 rgb =
                     in.matrices.defined() ? torch::empty({n, 3, y.size(2), y.size(3)}) : Tensor();
    with_type(y.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, pixels, kTaskPixels, [&](auto i, auto, auto first, auto last) {
        const std::int64_t at = first * channels;
        const float* own_noise = noise_of(in.noise, i);
        run_pass(ActivationPass<T>{in.end(i), part_of<T>(y, i) + at, last - first,
                                   own_noise ? own_noise + first : nullptr,
                                   part_of<T>(activation, i) + at, nullptr,
                                   rgb.defined() ? part_of(rgb, i) + first : nullptr, pixels,
                                   scaled.defined() ? part_of<T>(scaled, i) + at : nullptr});
      });
    });
    context->save_for_backward({activation, demodulation, bias, next_styles, matrices, noise,
                                given(scaled_noise), strength});
    context->saved_data["limit"] = static_cast<double>(limit);
    context->set_materialize_grads(false);
    variable_list out;
    for (const Tensor& x : {scaled, rgb})
      if (x.defined()) out.push_back(x);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_gradients();
    const variable_list saved = context->get_saved_variables();
    const Tensor& activation = saved[0];
    const Inputs in{saved[1],          saved[2],
                    present(saved[3]), present(saved[4]),
                    present(saved[6]), static_cast<float>(context->saved_data["limit"].toDouble())};
    std::size_t next = 0;
    const Tensor scaled_gradient = in.next_styles.defined()
                                       ? image_gradient(gradients[next++], activation.scalar_type())
                                       : Tensor();
    Tensor rgb_gradient = in.matrices.defined() ? gradients[next] : Tensor();
    if (rgb_gradient.defined()) rgb_gradient = rgb_gradient.contiguous();
    const std::int64_t n = activation.size(0), channels = activation.size(1),
                       pixels = activation.size(2) * activation.size(3),
                       tasks = (pixels + kTaskPixels - 1) / kTaskPixels;
    const Tensor y_gradient = image_buffer_like(activation),
                 noise_gradient = in.noise.defined() ? torch::empty({n, pixels}) : Tensor(),
                 sums = torch::zeros({n, tasks, kGradientSums, channels});
    with_type(activation.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, pixels, kTaskPixels, [&](auto i, auto task, auto first, auto last) {
        const std::int64_t at = first * channels;
        const float* own_noise = noise_of(in.noise, i);
        run_pass(ActivationGradientPass<T>{
            in.end(i), part_of<T>(activation, i) + at,
            scaled_gradient.defined() ? part_of<T>(scaled_gradient, i) + at : nullptr,
            rgb_gradient.defined() ? part_of(rgb_gradient, i) + first : nullptr, pixels,
            last - first, own_noise ? own_noise + first : nullptr, part_of<T>(y_gradient, i) + at,
            noise_gradient.defined() ? part_of(noise_gradient, i) + first : nullptr,
            part_of(sums, i) + task * kGradientSums * channels});
      });
    });
    const Tensor sum = sums.sum(1);  // [N,kGradientSums,O]
    Tensor noise, strength;
    if (noise_gradient.defined()) {
      strength = (noise_gradient * saved[5].reshape({-1, pixels})).sum(1).sum();
      if (context->needs_input_grad(3))
        noise = (noise_gradient * saved[7])
                    .view({n, 1, activation.size(2), activation.size(3)})
                    .sum_to_size(saved[5].sizes());
    }
    return {y_gradient,
            sum.select(1, 4) / in.demodulation,
            sum.select(1, 5).sum(0),
            noise,
            strength,
            scaled_gradient.defined() ? sum.select(1, 0) : Tensor(),
            rgb_gradient.defined() ? sum.slice(1, 1, 4) : Tensor(),
            Tensor()};
  }
};

struct UpConvolutionFunction : torch::autograd::Function<UpConvolutionFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight) {
    context->save_for_backward({x, weight});
    const std::int64_t n = x.size(0), out = weight.size(0), height = x.size(2), width = x.size(3);
    std::vector<Tensor> phases;
    for (const Tensor& phase : up_phases(weight))
      phases.push_back(library_convolution(x, phase, 1, {phase.size(2) - 1, phase.size(3) - 1}));
    const Tensor result = image_buffer(n, out, 2 * height, 2 * width, x.scalar_type());
    with_type(x.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, 2 * height, rows_of(2 * width), [&](auto i, auto, auto first, auto last) {
        std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width, out)));
        FilterPass<T> pass{{{}, height, width, out, first, last, buffer.data()},
                           part_of<T>(result, i)};
        for (std::size_t k = 0; k < 4; ++k) pass.from.phases[k] = part_of<T>(phases[k], i);
        run_pass(pass);
      });
    });
    return result;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_gradients();
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Tensor gradient = image_gradient(gradients[0], x.scalar_type());
    const std::int64_t n = x.size(0), out = weight.size(0), height = gradient.size(2),
                       width = gradient.size(3);
    const Tensor t_gradient = image_buffer(n, out, height + 1, width + 1, x.scalar_type());
    with_type(x.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, height + 1, rows_of(width), [&](auto i, auto, auto first, auto last) {
        std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width / 2, out)));
        run_pass(FilterGradientPass<T>{part_of<T>(gradient, i), height, width, out, first, last,
                                       part_of<T>(t_gradient, i), buffer.data()});
      });
    });
    // x's gradient is a convolution of t's with stride 2; that of the weight is this convolution's,
    // were x its result.
    const Tensor turned = weight.transpose(0, 1).contiguous(kChannelsLast);
    Tensor x_gradient, weight_gradient;
    if (context->needs_input_grad(0))
      x_gradient = library_convolution(t_gradient, turned, 2, {0, 0});
    if (context->needs_input_grad(1))
      weight_gradient =
          std::get<1>(at::convolution_backward(x, t_gradient, turned, c10::nullopt, {2, 2}, {0, 0},
                                               {1, 1}, false, {0, 0}, 1, {false, true, false}))
              .transpose(0, 1);
    return {x_gradient, weight_gradient};
  }

 private:
  static std::int64_t rows_of(std::int64_t width) {
    return std::max<std::int64_t>(1, kTaskPixels / width);
  }
};

struct DoublingFunction : torch::autograd::Function<DoublingFunction> {
  static Tensor forward(AutogradContext*, const Tensor& image, const Tensor& skip) {
    return add_doubled(image, torch::zeros({image.size(1)}), skip);
  }
  static variable_list backward(AutogradContext*, const variable_list& gradients) {
    require_first_gradients();
    const Tensor gradient = gradients[0].contiguous();
    return {gradient, doubled_adjoint(gradient)};
  }
};

}  // namespace

Tensor trainable_convolution(const Tensor& x, const Tensor& weight) {
  const bool fits = x.scalar_type() == torch::kFloat32 && x.size(2) == x.size(3) &&
                    winograd_pays(weight.size(1), weight.size(0), x.size(2));
  if (!fits) return torch::conv2d(x, weight, {}, 1, 1);
  return WinogradFunction::apply(x.contiguous(kChannelsLast), weight.contiguous());
}

TrainableEndResult trainable_end(const Tensor& y, const TrainableEnd& end) {
  variable_list out =
      EndFunction::apply(y.contiguous(kChannelsLast), end.demodulation.contiguous(),
                         end.bias.contiguous(), given(end.noise.noise), end.noise.strength,
                         given(end.next_styles), given(end.matrices), end.clamp);
  TrainableEndResult result;
  std::size_t next = 0;
  if (end.next_styles.defined()) result.scaled = out[next++];
  if (end.matrices.defined()) result.rgb = out[next];
  return result;
}

Tensor trainable_up_convolution(const Tensor& x, const Tensor& weight) {
  return UpConvolutionFunction::apply(x.contiguous(kChannelsLast), weight);
}

Tensor trainable_doubling(const Tensor& image, const Tensor& skip) {
  return DoublingFunction::apply(image.contiguous(), skip.contiguous());
}

}  // namespace sgilo
