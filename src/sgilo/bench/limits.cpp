#include "sgilo/bench/limits.h"

#include <algorithm>

#include "sgilo/machine/stopwatch.h"

namespace sgilo {
namespace {

constexpr int kTrials = 3;  // of each way, the best counts

template <class Call>
bool second_is_faster(Call call) {
  double best[2] = {1e30, 1e30};
  for (int trial = 0; trial < kTrials; ++trial)
    for (const bool way : {false, true}) best[way] = std::min(best[way], call(way));
  return best[1] < best[0];
}

}  // namespace

std::vector<BareConvolution> convolutions_of(const SynthesisOptions& o) {
  std::vector<BareConvolution> out;
  for (std::int64_t b = 0; b < o.blocks(); ++b) {
    const std::int64_t width = o.widths[static_cast<std::size_t>(b)];
    if (b > 0)
      out.push_back({.inputs = o.widths[static_cast<std::size_t>(b - 1)],
                     .outputs = width,
                     .side = o.resolution(b - 1)});
    out.push_back({.inputs = width, .outputs = width, .side = o.resolution(b)});
  }
  return out;
}

std::vector<BareConvolution> convolutions_of(const AdversarialOptions& o, int steps) {
  SynthesisOptions synthesis;
  synthesis.widths = o.widths;
  std::vector<BareConvolution> out = convolutions_of(synthesis);
  for (BareConvolution& c : out) c.forward = c.backward = c.weights = steps;
  // Real and fake images with weights, fakes once more without. The penalty convolves its images
  // and, backward through their gradient, once more in every direction.
  const int penalty = o.r1_gamma > 0 ? 2 : 0;
  const auto add = [&](std::int64_t inputs, std::int64_t outputs, std::int64_t side) {
    out.push_back(
        {inputs, outputs, side, 3 * steps + penalty, 3 * steps + penalty, 2 * steps + penalty});
  };
  const auto& widths = o.discriminator_widths;
  for (std::size_t b = widths.size() - 1; b > 0; --b) {
    const std::int64_t side = 4LL << b;
    add(widths[b], widths[b], side);
    add(widths[b], widths[b - 1], side / 2);
  }
  add(widths.front() + 1, widths.front(), 4);
  return out;
}

std::vector<BareProduct> products_of(const VisionTransformerOptions& o, std::int64_t tokens,
                                     std::int64_t chains) {
  const std::int64_t rows = chains * tokens, w = o.width;
  return {{o.layers, 1, rows, w, 3 * w},
          {o.layers, 1, rows, w, w},
          {o.layers, 1, rows, w, o.mlp_ratio * w},
          {o.layers, 1, rows, o.mlp_ratio * w, w},
          {o.layers, chains * o.heads, tokens, w / o.heads, tokens},
          {o.layers, chains * o.heads, tokens, tokens, w / o.heads}};
}

BareRun::BareRun(std::vector<BareConvolution> convolutions, std::int64_t chains,
                 torch::ScalarType type)
    : convolutions_(std::move(convolutions)), chains_(chains), type_(type) {
  for (const BareConvolution& c : convolutions_) {
    std::array<bool, 3>& own = channels_last_.emplace_back();
    for (const Pass pass : kPasses)
      if (times(c, pass) > 0)
        own[static_cast<std::size_t>(pass)] =
            second_is_faster([&](bool way) { return seconds_of_convolution(c, pass, way); });
  }
}

BareRun::BareRun(std::vector<BareProduct> products, torch::ScalarType type)
    : products_(std::move(products)), type_(type) {
  for (const BareProduct& p : products_)
    as_convolution_.push_back(
        second_is_faster([&](bool way) { return seconds_of_product(p, way); }));
}

double BareRun::seconds() const {
  double sum = 0;
  for (std::size_t i = 0; i < convolutions_.size(); ++i)
    for (const Pass pass : kPasses)
      if (const int count = times(convolutions_[i], pass); count > 0)
        sum += count * seconds_of_convolution(convolutions_[i], pass,
                                              channels_last_[i][static_cast<std::size_t>(pass)]);
  for (std::size_t i = 0; i < products_.size(); ++i)
    sum += static_cast<double>(products_[i].count) *
           seconds_of_product(products_[i], as_convolution_[i]);
  return sum;
}

int BareRun::times(const BareConvolution& c, Pass pass) {
  return pass == Pass::forward ? c.forward : pass == Pass::backward ? c.backward : c.weights;
}

double BareRun::seconds_of_convolution(const BareConvolution& c, Pass pass,
                                       bool channels_last) const {
  const torch::NoGradGuard no_grad;
  const auto layout =
      channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  const auto made = [&](const Shape& shape) {
    return torch::ones(shape, type_).contiguous(layout);
  };
  const Tensor x = made({chains_, c.inputs, c.side, c.side}),
               gradient = made({chains_, c.outputs, c.side, c.side}),
               forward = made({c.outputs, c.inputs, 3, 3}),
               backward = made({c.inputs, c.outputs, 3, 3});
  const auto run = [&] {
    if (pass == Pass::forward)
      torch::conv2d(x, forward, {}, 1, 1);
    else if (pass == Pass::backward)
      torch::conv2d(gradient, backward, {}, 1, 1);
    else
      at::convolution_backward(gradient, x, forward, c10::nullopt, {1, 1}, {1, 1}, {1, 1}, false,
                               {0, 0}, 1, {false, true, false});
  };
  run();  // memory, and the library's choice of a kernel
  return seconds_of(run);
}

double BareRun::seconds_of_product(const BareProduct& p, bool as_convolution) const {
  const torch::NoGradGuard no_grad;
  const Tensor a = torch::ones({p.batch, p.rows, p.inner}, type_);
  if (as_convolution && p.batch == 1) {  // oneDNN, also where the BLAS is slow
    const Tensor x = torch::ones({1, p.inner, p.rows, 1}, type_)
                         .contiguous(torch::MemoryFormat::ChannelsLast),
                 weight = torch::ones({p.columns, p.inner, 1, 1}, type_)
                              .contiguous(torch::MemoryFormat::ChannelsLast);
    const auto run = [&] { torch::conv2d(x, weight); };
    run();
    return seconds_of(run);
  }
  const Tensor b = torch::ones({p.batch, p.inner, p.columns}, type_);
  const Tensor weight = b[0].t().contiguous();
  const auto run = [&] { p.batch == 1 ? torch::linear(a, weight) : torch::bmm(a, b); };
  run();
  return seconds_of(run);
}

}  // namespace sgilo
