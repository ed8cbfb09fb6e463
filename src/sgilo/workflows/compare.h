// Metrics of runs against references. Each reference is read with the framing that the measurement
// recorded, so that both show the same square. A folder of runs, as 'sgilo solve' leaves it of a
// folder of measurements, stands for its runs, and each of them takes its references by name.
#pragma once

#include <filesystem>

#include "sgilo/core/observer.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/report/table.h"

namespace sgilo {

struct CompareOptions : CommonOptions {
  std::vector<std::string> runs;
  std::vector<std::string> reference;
  bool strict = false;
  std::string model;
  std::string lpips;
  std::string lpips_backbone;
  std::string feature_script;
  std::int64_t feature_size = 0;
  bool trust = false;
  std::string output;
  static constexpr auto fields() {
    using O = CompareOptions;
    return std::tuple_cat(
        std::tuple{
            field("runs", &O::runs, "run folders of 'sgilo solve'"),
            field("reference", &O::reference,
                  "the true images, in the order in which they were measured, or their folder"),
            field("strict", &O::strict, kStrictHelp),
            field("model", &O::model,
                  "model folder whose classifier gives the perceptual distance (empty: none)"),
            field("lpips", &O::lpips,
                  "file of LPIPS 0.1's weights for VGG16, vgg.pth; adds its column (empty: none)"),
            field("lpips_backbone", &O::lpips_backbone,
                  "file of torchvision's VGG16, vgg16-397923af.pth, for lpips"),
            field("feature_script", &O::feature_script,
                  "TorchScript module that maps images [N, 3, H, W] in [-1, 1] to features [N, F], "
                  "as a network of identities; adds the cosine between them (empty: none)"),
            field("feature_size", &O::feature_size,
                  "side to which images are resized for it (0: as they are)",
                  non_negative<std::int64_t>),
            field("trust", &O::trust, "run the code of feature_script"),
            field("output", &O::output,
                  "CSV file with one row per run, image and estimate (empty: metrics.csv in the "
                  "run, comparison.csv in the first of several)")},
        common_fields());
  }
};

// A reference whose A(x) is farther from the measurement than the measurement's noise explains.
struct Misfit {
  std::string run, image, file;
  double
      residual_over_noise;  // root mean square of A(x) - y over sigma; about 1 for the true image
};

// Estimates: `mean` of all draws, `draw` (mean over the last draws of the chains, each judged by
// itself), `best` (the chain with the lowest measurement loss).
struct Comparison {
  Table metrics;  // run, image, estimate, psnr, ssim, mse, with their files perceptual, lpips and
                  // feature_cosine
  Table summary;  // run, estimate, means over the images
  Table differences;  // of each later run of the same images to the first, with 95 % intervals;
                      // empty for one image
  std::vector<Misfit> misfits;
  std::filesystem::path output;
  bool checked =
      true;  // false: the measurement of a run was not there to check its references with
};

// What compare() would do, after checking that runs and references are there, in lines.
std::string plan(const CompareOptions& options);

// Writes `metrics` into the output, where nothing but an earlier comparison may lie. Throws
// ConfigError, FormatError, Error. Warns of a reference that is named otherwise than the image, or
// that does not fit the measurement that was solved.
Comparison compare(const CompareOptions& options, Observer& observer);

}  // namespace sgilo
