#include "sgilo/generator/kernels/trainable_pooling.h"

#include "sgilo/generator/kernels/fused_layer.h"
#include "sgilo/generator/kernels/image_buffer.h"
#include "sgilo/generator/kernels/kernel_tensors.h"
#include "sgilo/generator/kernels/pooling_pass.h"

namespace sgilo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct PoolingFunction : torch::autograd::Function<PoolingFunction> {
  static variable_list forward(AutogradContext* context, const Tensor& y, const Tensor& bias,
                               const Tensor& added, double gain, bool whole, bool pooled) {
    const Tensor k = present(added);
    const std::int64_t n = y.size(0), channels = y.size(1), height = y.size(2) / 2,
                       width = y.size(3) / 2;
    const Tensor to = whole ? image_buffer_like(y) : Tensor(),
                 means =
                     pooled ? image_buffer(n, channels, height, width, y.scalar_type()) : Tensor();
    with_type(y.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, height, rows_of(width), [&](auto i, auto, auto first, auto last) {
        run_pass(PoolingPass<T>{part_of<T>(y, i), bias.data_ptr<float>(), part_of<T>(k, i),
                                static_cast<float>(gain), width, channels, first, last,
                                part_of<T>(to, i), part_of<T>(means, i)});
      });
    });
    context->save_for_backward({y, bias});
    context->saved_data["gain"] = gain;
    context->saved_data["added"] = k.defined();
    context->saved_data["whole"] = whole;
    context->set_materialize_grads(false);
    variable_list out;
    for (const Tensor& x : {to, means})
      if (x.defined()) out.push_back(x);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    require_first_gradients();
    const variable_list saved = context->get_saved_variables();
    const Tensor &y = saved[0], &bias = saved[1];
    const bool whole = context->saved_data["whole"].toBool();
    const std::size_t of_means = whole ? 1 : 0;
    const Tensor gradient = whole ? image_gradient(gradients[0], y.scalar_type()) : Tensor(),
                 means = of_means < gradients.size()
                             ? image_gradient(gradients[of_means], y.scalar_type())
                             : Tensor();
    const std::int64_t n = y.size(0), channels = y.size(1), height = y.size(2) / 2,
                       width = y.size(3) / 2, rows = rows_of(width),
                       tasks = (height + rows - 1) / rows;
    const Tensor y_gradient = image_buffer_like(y),
                 added = context->saved_data["added"].toBool() ? image_buffer_like(y) : Tensor(),
                 sums = torch::zeros({n, tasks, channels});
    const auto gain = static_cast<float>(context->saved_data["gain"].toDouble());
    with_type(y.scalar_type(), [&](auto zero) {
      using T = decltype(zero);
      for_tasks(n, height, rows, [&](auto i, auto task, auto first, auto last) {
        run_pass(PoolingGradientPass<T>{part_of<T>(y, i), bias.data_ptr<float>(), gain, width,
                                        channels, first, last, part_of<T>(gradient, i),
                                        part_of<T>(means, i), part_of<T>(y_gradient, i),
                                        part_of<T>(added, i), part_of(sums, i) + task * channels});
      });
    });
    return {y_gradient, sums.flatten(0, 1).sum(0), added, Tensor(), Tensor(), Tensor()};
  }

 private:
  static std::int64_t rows_of(std::int64_t width) {  // of the pooled image
    return std::max<std::int64_t>(1, kTaskPixels / 4 / width);
  }
};

}  // namespace

PoolingResult trainable_pooling(const Tensor& y, const Pooling& pooling) {
  const Tensor added =
      pooling.added.defined() ? pooling.added.contiguous(kChannelsLast) : torch::empty(0);
  const variable_list out =
      PoolingFunction::apply(y.contiguous(kChannelsLast), pooling.bias.contiguous(), added,
                             pooling.gain, pooling.whole, pooling.pooled);
  PoolingResult result;
  std::size_t next = 0;
  if (pooling.whole) result.whole = out[next++];
  if (pooling.pooled) result.pooled = out[next];
  return result;
}

}  // namespace sgilo
