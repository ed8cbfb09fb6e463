// Exact tensors in and out of a generator and of a score network, so that anyone can check
// agreement with their own files: `sgilo generate`, `sgilo score`.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/models/network_file.h"
#include "sgilo/sampling/flow_density.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

struct GenerateOptions : CommonOptions {
  std::string generator;
  std::string z, styles;
  double truncation = 1;
  std::int64_t truncation_cutoff = -1;
  std::int64_t class_index = -1;
  std::string noise = "const";
  std::int64_t from_block = 0;
  std::string features, skip_rgb;
  std::int64_t to_block = -1;
  std::string output_skip;
  double conv_clamp = -1;
  std::string gradient_target;
  std::string output = "image.npy";
  CheckpointOptions checkpoint;
  static constexpr auto fields() {
    using O = GenerateOptions;
    return std::tuple_cat(
        std::tuple{
            field("generator", &O::generator, "file of a StyleGAN2 generator, in any format"),
            field("z", &O::z, ".npy of random inputs [N, z]"),
            field("styles", &O::styles, ".npy of style rows [N, rows, w], in place of z"),
            field("truncation", &O::truncation, "psi of z: 1 is the whole law, 0 the mean",
                  non_negative<double>),
            field("truncation_cutoff", &O::truncation_cutoff,
                  "style rows that are truncated (-1: all)", at_least_minus_one),
            field("class", &O::class_index, "of a class-conditional generator, from 0 (-1: none)",
                  at_least_minus_one),
            field("noise", &O::noise,
                  "const (stored in the file), none, or files:a.npy,b.npy,... one per layer"),
            field("from_block", &O::from_block,
                  "first block to run, counted from 0 (4x4); from 1 on it takes features",
                  non_negative<std::int64_t>),
            field("features", &O::features, ".npy of what block from_block-1 leaves [N, C, r, r]"),
            field("skip_rgb", &O::skip_rgb,
                  ".npy of the image so far [N, channels, r, r] (empty: it starts from nothing, as "
                  "in the "
                  "released programs)"),
            field("to_block", &O::to_block,
                  "last block to run; the output is its features (-1: all, the image)",
                  at_least_minus_one),
            field("output_skip", &O::output_skip,
                  "with to_block: .npy that takes the image so far (empty: none)"),
            field("conv_clamp", &O::conv_clamp,
                  "limit of the activations (0: none, -1: as the file says)",
                  Check<double>{"-1 or at least 0",
                                [](const double& v) { return v == -1 || v >= 0; }}),
            field("gradient_target", &O::gradient_target,
                  ".npy of images: the output is a folder with the gradients of "
                  "0.5 sum((image - target)^2) for styles, features and noises"),
            field("output", &O::output, ".npy file, or folder of the gradients"),
            field("checkpoint", &O::checkpoint, "limits of the generator's file")},
        common_fields());
  }
};

struct GenerateResult {
  std::string layout;
  bool mean_estimated = false;                          // the file has no mean style
  std::vector<std::pair<std::string, Tensor>> written;  // by file
};

// Warns of what the generator's file lacks. Throws ConfigError, FormatError; NumericError where the
// result is not finite, and writes nothing then.
GenerateResult generate(const GenerateOptions& options, Observer& observer);
std::string plan(const GenerateOptions& options);

struct EvaluateScoreOptions : CommonOptions {
  std::string network;
  std::string input;
  std::vector<double> t = {0.5};
  bool raw = false;
  SdeOptions sde;
  std::string density;
  FlowDensityOptions flow;
  std::string output = "score.npy";
  CheckpointOptions checkpoint;
  static constexpr auto fields() {
    using O = EvaluateScoreOptions;
    return std::tuple_cat(
        std::tuple{
            field("network", &O::network, "file of a released score network, in any format"),
            field("input", &O::input, ".npy of the variable [N, C, H, W]"),
            field("t", &O::t, "times, one for all or one per row of the input",
                  Check<std::vector<double>>{"a list of numbers in (0, 1]",
                                             [](const std::vector<double>& times) {
                                               for (const double t : times)
                                                 if (!(t > 0 && t <= 1)) return false;
                                               return !times.empty();
                                             }}),
            field("raw", &O::raw, "the network's own output, not the score -output / std(t)"),
            field("sde", &O::sde, "the diffusion that it was trained for"),
            field("density", &O::density,
                  ".npy file that takes the log-density of each row of the input in nats, by the "
                  "probability flow (empty: none)"),
            field("flow", &O::flow, "how the density is computed"),
            field("output", &O::output, ".npy file of the input's shape"),
            field("checkpoint", &O::checkpoint, "limits of the network's file")},
        common_fields());
  }
};

// Writes the output; throws ConfigError, FormatError, NumericError as generate().
Tensor evaluate_score(const EvaluateScoreOptions& options, Observer& observer);
std::string plan(const EvaluateScoreOptions& options);

}  // namespace sgilo
