#include "sgilo/generator/kernels/fused_layer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "sgilo/generator/kernels/image_buffer.h"
#include "sgilo/generator/kernels/kernel_tensors.h"
#include "sgilo/generator/kernels/library_convolution.h"
#include "sgilo/generator/kernels/pixel_passes.h"
#include "sgilo/generator/kernels/winograd_tasks.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

const float* start(const Tensor& x) { return part_of(x, 0); }

std::int64_t images_of(const Tensor& noise) { return noise.defined() ? noise.size(0) : 1; }

float limit_of(const LayerEndTensors& end) { return stored_limit(end.clamp, torch::kFloat32); }

LayerEnd end_of(const LayerEndTensors& end, std::int64_t n) {
  return {part_of(end.demodulation, n), end.bias.data_ptr<float>(), part_of(end.next_styles, n),
          part_of(end.matrices, n),     end.bias.size(0),           limit_of(end)};
}

// `bytes` is what one row takes.
std::vector<Part> parts_of(const FusedLayer& layer, std::int64_t images, std::int64_t rows,
                           std::int64_t bytes) {
  constexpr std::int64_t kStep = 16;  // whole tiles, whole tasks
  if (images * rows * bytes <= 2 * layer.part_bytes)
    return {{.image = 0, .images = images, .first = 0, .last = rows}};
  std::vector<Part> parts;
  const std::int64_t count = std::max<std::int64_t>(1, layer.part_bytes / (kStep * bytes)) * kStep;
  for (std::int64_t i = 0; i < images; ++i)
    for (std::int64_t first = 0; first < rows; first += count)
      parts.push_back(
          {.image = i, .images = 1, .first = first, .last = std::min(rows, first + count)});
  return parts;
}

// Rows first .. last - 1 of the part's images.
Tensor rows_of(const Tensor& x, const Part& part, std::int64_t first, std::int64_t last) {
  return x.narrow(0, part.image, part.images).narrow(2, first, last - first);
}

// Forward, or backward: from the layer's outputs to its inputs.
template <class T>
WinogradPass<T> winograd_pass(const FusedLayer& layer, const T* input, std::int64_t height,
                              std::int64_t width, bool backward) {
  WinogradPass<T> pass{};
  pass.height = height;
  pass.width = width;
  pass.input = input;
  pass.inputs = backward ? layer.outputs : layer.inputs;
  pass.outputs = backward ? layer.inputs : layer.outputs;
  pass.weights = (backward ? layer.backward : layer.forward[0]).data_ptr<float>();
  return pass;
}

c10::BFloat16* kept_of(const LayerResult& result) {
  const bool rounded = result.kept.defined() && result.kept.scalar_type() == torch::kBFloat16;
  return rounded ? result.kept.data_ptr<c10::BFloat16>() : nullptr;
}

void run_winograd(const FusedLayer& layer, const Tensor& input, const Tensor& styles,
                  const LayerEndTensors& end, const LayerResult& result) {
  ActivationEnd to{};
  to.demodulation = start(end.demodulation);
  to.bias = start(end.bias);
  to.noise = start(end.noise);
  to.noise_images = images_of(end.noise);
  to.limit = limit_of(end);
  to.activation = result.activation.defined() ? result.activation.data_ptr<float>() : nullptr;
  to.kept = kept_of(result);
  to.matrices = start(end.matrices);
  to.rgb = result.rgb.defined() ? result.rgb.data_ptr<float>() : nullptr;
  auto pass = winograd_pass(layer, input.data_ptr<float>(), input.size(2), input.size(3), false);
  pass.styles = start(styles);
  WinogradTasks<float>(pass, {0, input.size(0), 0, input.size(2)}).run([&](const auto& own, auto) {
    run_pass(own, to);
  });
}

// Rows first .. last - 1 of the part's images, times their styles.
Tensor scaled_rows(const Tensor& x, const Tensor& styles, const Part& part, std::int64_t first,
                   std::int64_t last) {
  const std::int64_t channels = x.size(1), width = x.size(3), pixels = (last - first) * width;
  const Tensor out = image_buffer(part.images, channels, last - first, width, x.scalar_type());
  const float* from = x.data_ptr<float>();
  float* to = out.data_ptr<float>();
  for_tasks(part.images, pixels, kTaskPixels, [&](auto j, auto, auto begin, auto end) {
    const std::int64_t i = part.image + j;
    run_pass(ScalePass{from + ((i * x.size(2) + first) * width + begin) * channels,
                       part_of(styles, i), end - begin, channels,
                       to + (j * pixels + begin) * channels});
  });
  return out;
}

void run_up_convolution(const FusedLayer& layer, const Tensor& x, const Tensor& styles,
                        const LayerEndTensors& end, const LayerResult& result) {
  const std::int64_t out = layer.outputs, height = x.size(2), width = x.size(3),
                     pixels = 4 * height * width;
  float* activation = result.activation.data_ptr<float>();
  c10::BFloat16* kept = kept_of(result);
  for (const Part& part : parts_of(layer, x.size(0), height, 16 * width * out)) {
    // Output rows 2 first .. 2 last - 1 take rows first - 1 .. last of x. The rows of the phases
    // that then lack a neighbour are not used.
    const std::int64_t above = std::max<std::int64_t>(0, part.first - 1),
                       below = std::min(height, part.last + 1);
    const Tensor xs = scaled_rows(x, styles, part, above, below);
    std::vector<Tensor> phases;
    for (const Tensor& weight : layer.forward)
      phases.push_back(
          library_convolution(xs, weight, 1, {weight.size(2) - 1, weight.size(3) - 1}));
    const std::int64_t rows = 2 * (part.last - part.first),
                       count = std::max<std::int64_t>(1, kTaskPixels / (2 * width));
    for_tasks(part.images, rows, count, [&](auto j, auto, auto first, auto last) {
      std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width, out)));
      const std::int64_t i = part.image + j;
      FilteredActivationPass pass{
          end_of(end, i),
          {{}, height, width, out, 2 * part.first + first, 2 * part.first + last, buffer.data()},
          noise_of(end.noise, i),
          activation + i * pixels * out,
          kept ? kept + i * pixels * out : nullptr};
      for (std::size_t k = 0; k < 4; ++k)
        pass.from.phases[k] = phases[k].data_ptr<float>() + j * (phases[k].numel() / part.images) -
                              above * phases[k].size(3) * out;
      run_pass(pass);
    });
  }
}

void run_convolution(const FusedLayer& layer, const Tensor& x, const Tensor& styles,
                     const LayerEndTensors& end, const LayerResult& result) {
  const std::int64_t n = x.size(0), out = layer.outputs, pixels = x.size(2) * x.size(3);
  const Tensor xs = scaled_rows(x, styles, {0, n, 0, x.size(2)}, 0, x.size(2));
  const Tensor y = library_convolution(xs, layer.forward[0], 1, {1, 1});
  const float* from = y.data_ptr<float>();
  float* activation = result.activation.data_ptr<float>();
  c10::BFloat16* kept = kept_of(result);
  float* rgb = result.rgb.defined() ? result.rgb.data_ptr<float>() : nullptr;
  for_tasks(n, pixels, kTaskPixels, [&](auto i, auto, auto first, auto last) {
    const float* own_noise = noise_of(end.noise, i);
    const std::int64_t at = (i * pixels + first) * out;
    run_pass(ActivationPass<float>{end_of(end, i), from + at, last - first,
                                   own_noise ? own_noise + first : nullptr, activation + at,
                                   kept ? kept + at : nullptr,
                                   rgb ? rgb + i * 3 * pixels + first : nullptr, pixels});
  });
}

// The gradients at a layer's end, part by part.
template <class T>
class EndGradientPasses {
 public:
  explicit EndGradientPasses(const KnownEnd& known)
      : known_(known),
        out_(known.activation.size(1)),
        width_(known.activation.size(3)),
        pixels_(known.activation.size(2) * width_),
        tasks_((pixels_ + kTaskPixels - 1) / kTaskPixels),
        sums_(torch::zeros({known.activation.size(0), tasks_, kGradientSums, out_})),
        unused_(torch::zeros({width_ / kTaskPixels + 1, kGradientSums, out_})),
        noise_(known.noise_wanted ? torch::empty({known.activation.size(0), pixels_}) : Tensor()) {}

  // `scaled_gradient` of the part's rows, or undefined -> that of y, [part.images, rows, W, O].
  void run(const Part& part, const Tensor& scaled_gradient, T* to) {
    run_rows(part, scaled_gradient, to, true);
  }
  // One row, of the gradient of y alone.
  void run_row(std::int64_t image, std::int64_t at, T* to) {
    run_rows({.image = image, .images = 1, .first = at, .last = at + 1}, {}, to, false);
  }
  EndGradients result(const Tensor& y) const { return {y, sums_.sum(1), noise_}; }

 private:
  void run_rows(const Part& part, const Tensor& scaled_gradient, T* to, bool counted) {
    const std::int64_t before = part.first * width_, count = (part.last - part.first) * width_;
    const T* a = known_.activation.template data_ptr<T>();
    const T* gradient = scaled_gradient.defined() ? scaled_gradient.data_ptr<T>() : nullptr;
    float* sums = sums_.template data_ptr<float>();
    float* unused = unused_.template data_ptr<float>();
    float* noise = counted && noise_.defined() ? noise_.template data_ptr<float>() : nullptr;
    for_tasks(part.images, count, kTaskPixels, [&](auto j, auto task, auto first, auto last) {
      const std::int64_t i = part.image + j, pixel = before + first,
                         own = (j * count + first) * out_;
      const float* own_noise = noise_of(known_.end.noise, i);
      const std::int64_t slot = counted ? i * tasks_ + before / kTaskPixels + task : task;
      run_pass(ActivationGradientPass<T>{
          end_of(known_.end, i), a + (i * pixels_ + pixel) * out_,
          gradient ? gradient + own : nullptr,
          known_.rgb_gradient.defined() ? part_of(known_.rgb_gradient, i) + pixel : nullptr,
          pixels_, last - first, own_noise ? own_noise + pixel : nullptr, to + own,
          noise ? noise + i * pixels_ + pixel : nullptr,
          (counted ? sums : unused) + slot * kGradientSums * out_});
    });
  }

  const KnownEnd& known_;
  std::int64_t out_, width_, pixels_, tasks_;
  Tensor sums_, unused_, noise_;
};

// f(part, gradient of the scaled input in its rows).
template <class T, class F>
void library_input_gradient(const FusedLayer& layer, const Tensor& y_gradient, F f) {
  const std::int64_t n = y_gradient.size(0), out = layer.outputs, height = y_gradient.size(2),
                     width = y_gradient.size(3);
  if (!layer.up) {
    f(Part{.image = 0, .images = n, .first = 0, .last = height},
      library_convolution(y_gradient, layer.backward, 1, {1, 1}));
    return;
  }
  const T* from = y_gradient.data_ptr<T>();
  const auto item = static_cast<std::int64_t>(sizeof(T));
  for (const Part& part : parts_of(layer, n, height / 2, 2 * width * out * item)) {
    const std::int64_t begin = 2 * part.first, rows = 2 * (part.last - part.first) + 1,
                       line = (width + 1) * out;
    const Tensor t_gradient = image_buffer(part.images, out, rows, width + 1, layer.type);
    T* t = t_gradient.data_ptr<T>();
    const std::int64_t count = std::max<std::int64_t>(1, kTaskPixels / width);
    for_tasks(part.images, rows, count, [&](auto j, auto, auto first, auto last) {
      std::vector<float> buffer(static_cast<std::size_t>(filter_buffer_size(width / 2, out)));
      run_pass(FilterGradientPass<T>{from + (part.image + j) * height * width * out, height, width,
                                     out, begin + first, begin + last,
                                     t + (j * rows - begin) * line, buffer.data()});
    });
    f(part, library_convolution(t_gradient, layer.backward, 2, {0, 0}));
  }
}

// The gradients at the end before a layer, by Winograd's convolution of the gradient of its y.
template <class T>
class WinogradGradients {
 public:
  WinogradGradients(const FusedLayer& layer, const KnownEnd& before)
      : layer_(layer), before_(before) {
    const std::int64_t n = before.activation.size(0), out = layer.inputs,
                       pixels = before.activation.size(2) * before.activation.size(3);
    result_ = {before.activation, torch::zeros({n, kGradientSums, out}),
               before.noise_wanted ? torch::empty({n, pixels}) : Tensor()};
    end_.demodulation = start(before.end.demodulation);
    end_.bias = start(before.end.bias);
    end_.styles = start(before.end.next_styles);
    end_.noise = start(before.end.noise);
    end_.noise_images = images_of(before.end.noise);
    end_.limit = limit_of(before.end);
    end_.activation = before.activation.data_ptr<T>();
    end_.matrices = start(before.end.matrices);
    end_.rgb_gradient = start(before.rgb_gradient);
    end_.y_gradient = result_.y.template data_ptr<T>();
    end_.noise_gradient = before.noise_wanted ? result_.noise.template data_ptr<float>() : nullptr;
  }

  // `gradient` is where that of the first image's first row would be.
  void run(const Part& part, const T* gradient) {
    const WinogradTasks<T> tasks(winograd_pass(layer_, gradient, before_.activation.size(2),
                                               before_.activation.size(3), true),
                                 part);
    const std::int64_t own = kGradientSums * layer_.inputs;
    const Tensor pieces = torch::zeros({part.images, tasks.pieces(), kGradientSums, layer_.inputs});
    GradientEnd<T> end = end_;
    end.sums_stride = tasks.pieces() * own;
    float* sums = pieces.data_ptr<float>() - part.image * end.sums_stride;
    tasks.run([&](const auto& pass, std::int64_t piece) {
      GradientEnd<T> to = end;
      to.sums = sums + piece * own;
      run_pass(pass, to);
    });
    result_.sums.narrow(0, part.image, part.images).add_(pieces.sum(1));
  }
  const EndGradients& result() const { return result_; }

 private:
  const FusedLayer& layer_;
  const KnownEnd& before_;
  GradientEnd<T> end_{};
  EndGradients result_;
};

// Rows of the gradient of the last y with a row above and below, and from them the gradients
// before, so that no image of it is ever whole.
template <class T>
std::pair<EndGradients, EndGradients> last_gradients_of(const FusedLayer& layer,
                                                        const KnownEnd& last,
                                                        const KnownEnd& before) {
  const std::int64_t n = last.activation.size(0), height = last.activation.size(2),
                     line = last.activation.size(3) * layer.outputs;
  EndGradientPasses<T> passes(last);
  WinogradGradients<T> gradients(layer, before);
  for (const Part& part : parts_of(layer, n, height, line * static_cast<std::int64_t>(sizeof(T)))) {
    const std::int64_t rows = part.last - part.first;
    const bool above = part.first > 0, below = part.last < height;
    const Tensor y = image_buffer(part.images, layer.outputs, rows + above + below,
                                  last.activation.size(3), layer.type);
    T* to = y.data_ptr<T>();
    if (above) passes.run_row(part.image, part.first - 1, to);
    passes.run(part, {}, to + above * line);
    if (below) passes.run_row(part.image, part.last, to + (above + rows) * line);
    gradients.run(part, to - (part.image * height + part.first - above) * line);
  }
  return {passes.result({}), gradients.result()};
}

}  // namespace

// t[2i + a] = sum over taps k = a, a + 2 of W[k] x[i - (k - a) / 2]: reversed for a correlation.
std::vector<Tensor> up_phases(const Tensor& weight) {
  const Tensor even = torch::tensor({2, 0}), odd = torch::tensor({1});
  std::vector<Tensor> phases;
  for (const Tensor& rows : {even, odd})
    for (const Tensor& columns : {even, odd})
      phases.push_back(
          weight.index_select(2, rows).index_select(3, columns).contiguous(kChannelsLast));
  return phases;
}

FusedLayer::FusedLayer(const Tensor& weight, const Tensor& own_bias, const Tensor& strength,
                       bool is_up, std::int64_t resolution, torch::ScalarType own_type)
    : up(is_up), inputs(weight.size(1)), outputs(weight.size(0)), type(own_type) {
  const torch::NoGradGuard no_grad;
  winograd = !up && winograd_pays(inputs, outputs, resolution);
  const auto last = [](const Tensor& w) { return w.contiguous(kChannelsLast); };
  const Tensor w = weight.detach().to(torch::kFloat32);
  if (winograd) {
    forward.push_back(winograd_weights(w));
    backward = winograd_weights(w, true);
  } else if (up) {
    forward = up_phases(w);
    backward = last(w.transpose(0, 1).to(type));
  } else {
    forward.push_back(last(w));
    backward = last(w.flip({2, 3}).transpose(0, 1).to(type));
  }
  squares = w.square().sum({2, 3});
  bias = own_bias.detach().to(torch::kFloat32).contiguous();
  noise_strength = strength.item<float>();
}

LayerResult run_layer(const FusedLayer& layer, const Tensor& input, const Tensor& styles,
                      const LayerEndTensors& end, Wanted wanted) {
  const std::int64_t n = input.size(0), grown = layer.up ? 2 : 1, height = grown * input.size(2),
                     width = grown * input.size(3);
  LayerResult result;
  const bool rounded = layer.type != torch::kFloat32;
  // Only Winograd's pass ends without an activation in float32.
  if (wanted.activation || !layer.winograd || (wanted.kept && !rounded))
    result.activation = image_buffer(n, layer.outputs, height, width, torch::kFloat32);
  if (wanted.kept)
    result.kept =
        rounded ? image_buffer(n, layer.outputs, height, width, layer.type) : result.activation;
  if (end.matrices.defined()) result.rgb = torch::empty({n, 3, height, width});
  if (layer.winograd)
    run_winograd(layer, input, styles, end, result);
  else if (layer.up)
    run_up_convolution(layer, input, styles, end, result);
  else
    run_convolution(layer, input, styles, end, result);
  return result;
}

EndGradients end_gradients(const KnownEnd& known) {
  return with_type(known.activation.scalar_type(), [&](auto type) {
    using T = decltype(type);
    const Tensor& y = known.activation;
    EndGradientPasses<T> passes(known);
    passes.run({.image = 0, .images = y.size(0), .first = 0, .last = y.size(2)}, {},
               y.data_ptr<T>());
    return passes.result(y);
  });
}

Tensor input_gradient(const FusedLayer& layer, const Tensor& y_gradient) {
  const std::int64_t n = y_gradient.size(0), step = layer.up ? 2 : 1,
                     height = y_gradient.size(2) / step, width = y_gradient.size(3) / step;
  const Tensor out = image_buffer(n, layer.inputs, height, width, layer.type);
  with_type(layer.type, [&](auto type) {
    using T = decltype(type);
    if (!layer.winograd) {
      library_input_gradient<T>(layer, y_gradient, [&](const Part& part, const Tensor& gradient) {
        rows_of(out, part, part.first, part.last).copy_(gradient);
      });
      return;
    }
    winograd_convolution(winograd_pass(layer, y_gradient.data_ptr<T>(), height, width, true), n,
                         out.data_ptr<T>());
  });
  return out;
}

EndGradients gradients_before(const FusedLayer& layer, const Tensor& y_gradient,
                              const KnownEnd& before) {
  return with_type(layer.type, [&](auto type) {
    using T = decltype(type);
    const std::int64_t n = before.activation.size(0), height = before.activation.size(2);
    if (layer.winograd) {
      WinogradGradients<T> gradients(layer, before);
      gradients.run({.image = 0, .images = n, .first = 0, .last = height},
                    y_gradient.data_ptr<T>());
      return gradients.result();
    }
    const Tensor& y = before.activation;
    const std::int64_t line = before.activation.size(3) * layer.inputs;
    EndGradientPasses<T> passes(before);
    library_input_gradient<T>(layer, y_gradient, [&](const Part& part, const Tensor& gradient) {
      passes.run(part, gradient, y.data_ptr<T>() + (part.image * height + part.first) * line);
    });
    return passes.result(y);
  });
}

std::pair<EndGradients, EndGradients> last_gradients(const FusedLayer& layer, const KnownEnd& last,
                                                     const KnownEnd& before) {
  if (!layer.winograd) {
    EndGradients own = end_gradients(last);
    const Tensor y = std::exchange(own.y, {});
    return {own, gradients_before(layer, y, before)};
  }
  return with_type(layer.type, [&](auto type) {
    return last_gradients_of<decltype(type)>(layer, last, before);
  });
}

}  // namespace sgilo
