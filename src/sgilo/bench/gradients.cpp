#include "sgilo/bench/gradients.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sgilo/bench/networks.h"

namespace sgilo {
namespace {

constexpr double kLeastNorm = 1e-3;  // of the largest gradient
constexpr double kNoise = 0.01;      // of the image's deviation

using Gradients = std::vector<std::pair<std::string, Tensor>>;

struct Way {
  std::string name;
  torch::ScalarType network, convolutions;
  Kernel kernel;
};

std::shared_ptr<StyleGan2Generator> make(const std::string& preset, const Way& way) {
  const auto made = random_generator(synthesis_preset(preset), way.convolutions, way.kernel);
  if (way.network == torch::kFloat32) return made;
  StyleGan2 network = made->network();
  network->to(way.network);
  StyleGan2Coordinates coordinates = made->coordinates();
  for (Tensor* x : {&coordinates.style_mean, &coordinates.style_factor}) *x = x->to(way.network);
  for (auto& [layer, own] : coordinates.layers)
    for (Tensor* x : {&own.mean, &own.scale}) *x = x->to(way.network);
  return std::make_shared<StyleGan2Generator>(network, coordinates);
}

LatentState converted(LatentState state, torch::ScalarType type) {
  for (auto& variable : state.variables) variable.value = variable.value.to(type);
  return state;
}

Gradients gradients_of(const StyleGan2Generator& generator, const Way& way,
                       const LatentState& state, const Tensor& target, double sigma) {
  const LatentState leaves = converted(state, way.network).requiring_gradients();
  std::vector<Tensor> inputs;
  for (const auto& variable : leaves.variables) inputs.push_back(variable.value);
  const Tensor residual = generator.decode(leaves) - target.to(way.network);
  const auto grads =
      torch::autograd::grad({0.5 * residual.square().sum() / (sigma * sigma)}, inputs);
  Gradients out;
  for (std::size_t i = 0; i < grads.size(); ++i)
    out.emplace_back(leaves.variables[i].name, grads[i].to(torch::kFloat64).flatten());
  return out;
}

GradientAgreement agreement(const Gradients& got, const Gradients& want) {
  double largest = 0;
  for (const auto& [name, g] : want) largest = std::max(largest, g.norm().item<double>());
  GradientAgreement out;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto& [name, expected] = want[i];
    const Tensor& g = got[i].second;
    const double norm = expected.norm().item<double>();
    if (norm < kLeastNorm * largest) {
      ++out.left_out;
      continue;
    }
    ++out.variables;
    double cosine = (g.dot(expected) / (g.norm() * norm)).item<double>(),
           error = ((g - expected).norm() / norm).item<double>();
    if (!std::isfinite(cosine)) cosine = -1;
    if (!std::isfinite(error)) error = std::numeric_limits<double>::infinity();
    if (cosine < out.least_cosine || out.worst.empty()) out.worst = name;
    out.least_cosine = std::min(out.least_cosine, cosine);
    out.largest_error = std::max(out.largest_error, error);
  }
  return out;
}

}  // namespace

std::vector<GradientAgreement> gradient_agreement(const std::string& preset, std::int64_t seed,
                                                  Observer& observer) {
  const Way exact{"float64 reference", torch::kFloat64, torch::kFloat64, Kernel::reference},
      plain{"fp32 reference", torch::kFloat32, torch::kFloat32, Kernel::reference},
      fused{"fp32 fused", torch::kFloat32, torch::kFloat32, Kernel::fused},
      plain_half{"bf16 reference", torch::kFloat32, torch::kBFloat16, Kernel::reference},
      half{"bf16 fused", torch::kFloat32, torch::kBFloat16, Kernel::fused};
  const auto reference = make(preset, exact);
  const auto first = make(preset, fused);
  const LatentState state = first->draw(0, bench_rows(seed, 1));
  const torch::NoGradGuard no_grad;
  const Tensor image = reference->decode(converted(state, torch::kFloat64)),
               other = first->decode(first->draw(0, bench_rows(seed + 1, 1)));
  const double sigma = kNoise * image.std().item<double>();
  const RandomStreams noise(static_cast<std::uint64_t>(seed));
  struct Point {
    std::string name;
    Tensor target;
  };
  const std::vector<Point> points{
      {"random start", other},
      {"near convergence", image + sigma * noise.normal(image.sizes()).to(torch::kFloat64)}};

  std::vector<GradientAgreement> rows;
  std::int64_t done = 0;
  for (const Point& point : points) {
    const auto gradients = [&](const Way& way) {
      const torch::AutoGradMode with_gradients(true);
      observer.on_step({.stage = concat(preset, ", ", way.name), .step = ++done, .steps = 10});
      return gradients_of(way.name == exact.name ? *reference : *make(preset, way), way, state,
                          point.target, sigma);
    };
    const auto add = [&](const Way& way, const Gradients& got, const Way& against,
                         const Gradients& want) {
      GradientAgreement row = agreement(got, want);
      row.preset = preset;
      row.point = point.name;
      row.way = way.name;
      row.against = against.name;
      rows.push_back(row);
    };
    const Gradients want = gradients(exact), single = gradients(fused);
    add(plain, gradients(plain), exact, want);
    add(fused, single, exact, want);
    if (observer.stop_requested()) return {};
    add(plain_half, gradients(plain_half), fused, single);
    add(half, gradients(half), fused, single);
  }
  return rows;
}

Json to_json(const std::vector<GradientAgreement>& rows) {
  Json json = Json::array();
  for (const GradientAgreement& row : rows)
    json.push_back({{"preset", row.preset},
                    {"point", row.point},
                    {"way", row.way},
                    {"against", row.against},
                    {"variables", row.variables},
                    {"left_out", row.left_out},
                    {"least_cosine", row.least_cosine},
                    {"worst", row.worst},
                    {"largest_error", row.largest_error}});
  return json;
}

Table table_of_gradients(const Json& rows) {
  Table table(
      {"preset", "point", "way", "against", "variables", "left_out", "1-cosine", "worst", "error"});
  for (const Json& row : rows)
    table.add_row({row.value("preset", ""), row.value("point", ""), row.value("way", ""),
                   row.value("against", ""), concat(row.value("variables", std::int64_t{0})),
                   concat(row.value("left_out", std::int64_t{0})),
                   number_text(1 - row.value("least_cosine", 1.0), 2), row.value("worst", ""),
                   number_text(row.value("largest_error", 0.0), 2)});
  return table;
}

}  // namespace sgilo
