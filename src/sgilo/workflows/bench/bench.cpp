#include "sgilo/workflows/bench/bench.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "sgilo/files/atomic_file.h"
#include "sgilo/generator/kernels/image_buffer.h"
#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/workflows/bench/limits.h"
#include "sgilo/workflows/bench/stopwatch.h"
#include "sgilo/workflows/system_info.h"

namespace sgilo {
namespace {

using Step = std::function<void()>;

// One way of doing the subject once, in a batch.
struct Variation {
  BenchRow row;
  const BareRun* limit;
  std::function<Step()> make;  // with its network, so that memory can be told for each alone
};

SynthesisOptions synthesis_preset(const std::string& name) {
  SynthesisOptions o;
  if (name == "default") return o;
  o.w_dim = 512;
  if (name == "256")
    o.widths = {512, 512, 512, 512, 512, 256, 128};
  else if (name == "config-f")
    o.widths = {512, 512, 512, 512, 512, 256, 128, 64, 32};
  else
    throw ConfigError(unknown_name("step preset", name, {"default", "256", "config-f"}));
  return o;
}

struct ScorePreset {
  VisionTransformerOptions network;
  Shape shape;
};
ScorePreset score_preset(const std::string& name) {
  if (name == "default") {  // layer 2 of the default model
    ScorePreset preset{{}, {131, 8, 8}};
    preset.network.condition_size = 128;
    return preset;
  }
  if (name != "paper") throw ConfigError(unknown_name("score preset", name, {"default", "paper"}));
  ScorePreset preset{{}, {512, 16, 16}};
  preset.network.width = 1024;
  preset.network.layers = 8;
  preset.network.heads = 16;
  preset.network.mlp_ratio = 2;
  return preset;
}

StyleGan2 random_network(const SynthesisOptions& synthesis) {
  torch::manual_seed(1);
  StyleGan2Options options;
  options.synthesis = synthesis;
  options.mapping.w_dim = options.mapping.z_dim = synthesis.w_dim;
  StyleGan2 network(options);
  for (Tensor& parameter : network->parameters()) parameter.requires_grad_(false);
  return network;
}

// Coordinates that change nothing.
StyleGan2Coordinates plain_coordinates(const SynthesisOptions& o) {
  StyleGan2Coordinates out{torch::zeros({o.w_dim}), torch::eye(o.w_dim), {}};
  for (int layer = 1; layer < o.blocks(); ++layer) {
    const std::int64_t channels =
        o.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0);
    out.layers[layer] = {torch::zeros({channels}), torch::ones({channels})};
  }
  return out;
}

std::vector<RandomStreams> rows_of(const BenchOptions& options, int chains) {
  std::vector<RandomStreams> rows;
  for (int i = 0; i < chains; ++i)
    rows.push_back(RandomStreams(static_cast<std::uint64_t>(options.seed))
                       .child(static_cast<std::uint64_t>(i)));
  return rows;
}

// Times all variations in turn, each with its limit.
bool run_all(std::vector<Variation>& variations, const BenchOptions& options, double idle,
             Observer& observer, BenchReport& report) {
  const auto steps = static_cast<std::int64_t>(variations.size()) * (options.repetitions + 1);
  std::int64_t done = 0;
  const auto tell = [&](const BenchRow& row) {
    observer.on_step({concat(row.preset, ", ", row.chains, " chains"), ++done, steps, {}});
    return !observer.stop_requested();
  };
  for (Variation& v : variations) {
    release_image_buffers();
    const Step step = v.make();
    reset_peak_memory();
    step();
    v.row.peak_mib = peak_mib() - idle;
    if (!tell(v.row)) return false;
  }
  std::vector<Step> steps_of_all;
  for (Variation& v : variations) {
    steps_of_all.push_back(v.make());
    steps_of_all.back()();  // warms up
  }
  for (int r = 0; r < options.repetitions; ++r)
    for (std::size_t i = 0; i < variations.size(); ++i) {
      Variation& v = variations[i];
      v.row.limits.push_back(v.limit->seconds());
      v.row.seconds.push_back(seconds_of(steps_of_all[i]));
      if (!tell(v.row)) return false;
    }
  for (Variation& v : variations) report.rows.push_back(std::move(v.row));
  return true;
}

bool bench_step(const BenchOptions& options, const std::string& preset, int chains, double idle,
                Observer& observer, BenchReport& report) {
  const SynthesisOptions synthesis = synthesis_preset(preset);
  std::vector<Variation> variations;
  std::vector<std::unique_ptr<BareRun>> limits;
  for (const std::string& precision : options.precisions) {
    const auto type = scalar_type(from_word<Precision>("precision", precision));
    limits.push_back(std::make_unique<BareRun>(convolutions_of(synthesis), chains, type));
    for (const std::string& kernel : options.kernels) {
      const auto made = [synthesis, type, chosen = from_word<Kernel>("kernel", kernel),
                         rows = rows_of(options, chains)]() -> Step {
        StyleGan2 network = random_network(synthesis);
        network->synthesis->convolution_type = type;
        network->synthesis->kernel = chosen;
        const auto generator =
            std::make_shared<StyleGan2Generator>(network, plain_coordinates(synthesis));
        const LatentState state = generator->draw(0, rows);
        return [generator, state] {
          const LatentState leaves = state.requiring_gradients();
          std::vector<Tensor> inputs;
          for (const auto& variable : leaves.variables) inputs.push_back(variable.second);
          torch::autograd::grad({generator->decode(leaves).square().sum()}, inputs);
        };
      };
      variations.push_back(
          {{preset, precision, kernel, chains, {}, {}, 0}, limits.back().get(), made});
    }
  }
  return run_all(variations, options, idle, observer, report);
}

bool bench_score(const BenchOptions& options, const std::string& preset, int chains, double idle,
                 Observer& observer, BenchReport& report) {
  const ScorePreset score = score_preset(preset);
  const std::int64_t tokens =
      score.shape[1] * score.shape[2] / (score.network.patch * score.network.patch) +
      (score.network.condition_size > 0 ? 1 : 0);
  std::vector<Variation> variations;
  std::vector<std::unique_ptr<BareRun>> limits;
  for (const std::string& precision : options.precisions) {
    const auto type = scalar_type(from_word<Precision>("precision", precision));
    limits.push_back(std::make_unique<BareRun>(products_of(score.network, tokens, chains), type));
    const auto made = [score, chains, type]() -> Step {
      VisionTransformer network(score.shape, score.network, RandomStreams(1));
      for (Tensor& parameter : network->parameters()) parameter.requires_grad_(false);
      network->compute_type = type;
      Shape shape = score.shape;
      shape.insert(shape.begin(), chains);
      return [network, x = RandomStreams(2).normal(shape),
              level = torch::zeros({chains})]() mutable { network->forward(x, level); };
    };
    variations.push_back({{preset, precision, "", chains, {}, {}, 0}, limits.back().get(), made});
  }
  return run_all(variations, options, idle, observer, report);
}

std::vector<double> ratios(const BenchRow& row) {
  std::vector<double> out;
  for (std::size_t i = 0; i < row.seconds.size(); ++i)
    out.push_back(row.seconds[i] / row.limits[i]);
  return out;
}

}  // namespace

BenchReport bench(const BenchOptions& options, Observer& observer) {
  validate(options);
  const double idle = resident_mib();
  BenchReport report;
  for (const std::string& preset : options.presets)
    for (const int chains : options.chains) {
      const auto run = options.subject == BenchSubject::step ? bench_step : bench_score;
      if (!run(options, preset, chains, idle, observer, report)) {
        report.finished = false;
        return report;
      }
    }
  if (!options.output.empty())
    write_file_atomically(options.output, to_json(report).dump(1) + "\n");
  return report;
}

Table table_of(const BenchReport& report) {
  Table table({"preset", "chains", "precision", "kernel", "seconds", "least", "most", "limit",
               "MiB", "ratio_to_limit"});
  for (const BenchRow& row : report.rows) {
    const auto [least, most] = std::minmax_element(row.seconds.begin(), row.seconds.end());
    table.add_row({row.preset, concat(row.chains), row.precision, row.kernel,
                   number_text(median(row.seconds), 3), number_text(*least, 3),
                   number_text(*most, 3), number_text(median(row.limits), 3),
                   number_text(std::round(row.peak_mib)), number_text(median(ratios(row)), 3)});
  }
  return table;
}

Json to_json(const BenchReport& report) {
  Json rows = Json::array();
  for (const BenchRow& row : report.rows)
    rows.push_back({{"preset", row.preset},
                    {"chains", row.chains},
                    {"precision", row.precision},
                    {"kernel", row.kernel},
                    {"seconds", row.seconds},
                    {"limits", row.limits},
                    {"peak_mib", row.peak_mib},
                    {"ratio_to_limit", median(ratios(row))}});
  return {{"rows", rows}, {"machine", to_json(system_info())}};
}

}  // namespace sgilo
