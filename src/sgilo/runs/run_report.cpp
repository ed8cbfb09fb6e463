#include "sgilo/runs/run_report.h"

#include <cmath>

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/last_name.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/report/html_page.h"
#include "sgilo/runs/finished_run.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

bool is_finite(const Tensor& x) { return torch::isfinite(x).all().item<bool>(); }

// What is shown and written of a run: its rows by image and chain.
struct Results {
  explicit Results(const Reconstruction& result)
      : draws(result.by_image(result.draws.images)),   // [images, chains, kept, C, H, W]
        losses(result.by_image(result.draws.losses)),  // [images, chains, kept]
        energies(result.by_image(result.draws.energies)),
        last(result.last()),
        mean(result.mean()),
        deviation(result.standard_deviation()),
        failures(result.failures) {}

  std::int64_t chains() const { return last.size(1); }
  bool usable(std::int64_t image, std::int64_t chain) const {
    return failures[static_cast<std::size_t>(image * chains() + chain)].empty() &&
           is_finite(last[image][chain]);
  }

  Tensor draws, losses, energies, last, mean, deviation;
  std::vector<std::string> failures;
};

double residual_rms(double loss, std::int64_t scalars) {
  return std::sqrt(2 * loss / static_cast<double>(scalars));
}

// One row per kept draw; log_lik is the log-likelihood without its constant, the other columns are
// plain functions of the image whose mixing can be judged.
Table trace(const Results& of, std::int64_t image, std::int64_t chain, std::int64_t scalars) {
  Table table({"iter", "log_lik", "residual_rms", "brightness", "contrast"});
  const Tensor draws = of.draws[image][chain];
  for (std::int64_t k = 0; k < draws.size(0); ++k)
    table.add_row({concat(k + 1), number_text(-of.energies[image][chain][k].item<double>()),
                   number_text(residual_rms(of.losses[image][chain][k].item<double>(), scalars)),
                   number_text(draws[k].mean().item<double>()),
                   number_text(draws[k].std().item<double>())});
  return table;
}

// What was measured of an image and what became of it.
std::vector<std::pair<std::string, Tensor>> pictures_of(const Tensor& measured, const Results& of,
                                                        std::int64_t image) {
  constexpr std::int64_t kMostChains = 4;
  const bool usable = is_finite(of.mean[image]);
  std::vector<std::pair<std::string, Tensor>> pictures{
      {"measured", measured},
      {"mean", usable ? of.mean[image] : Tensor()},
      {"deviation", usable ? deviation_picture(of.deviation[image]) : Tensor()}};
  for (std::int64_t c = 0; c < std::min(of.chains(), kMostChains); ++c)
    pictures.emplace_back(concat("chain ", c + 1, of.usable(image, c) ? "" : ": given up"),
                          of.usable(image, c) ? of.last[image][c] : Tensor());
  return pictures;
}

void add_pictures(HtmlPage& page, const Measurement& measurement, const Results& of) {
  constexpr std::int64_t kMostImages = 16;
  const Tensor measured = measurement.forward_operator->picture(measurement.values);
  const int magnification = measurement.forward_operator->image_shape()[1] < 100 ? 2 : 1;
  for (std::int64_t i = 0; i < std::min(measurement.count(), kMostImages); ++i) {
    page.heading(measurement.images[static_cast<std::size_t>(i)].name);
    page.gallery(pictures_of(measured[i], of, i), "", magnification);
  }
  page.paragraph("Deviation: black is 0, white a standard deviation of 0.5 and more.");
}

LinePlot residual_plot(const Measurement& measurement, const Tensor& losses) {
  LinePlot plot;
  plot.title = "Residual of the kept draws, " + measurement.images[0].name;
  plot.x_label = "draw";
  plot.y_label = "rms of A(x) - y";
  for (std::int64_t c = 0; c < losses.size(1); ++c) {
    Series series;
    series.label = concat("chain ", c + 1);
    for (std::int64_t k = 0; k < losses.size(2); ++k) {
      series.x.push_back(static_cast<double>(k + 1));
      series.y.push_back(residual_rms(losses[0][c][k].item<double>(), measurement.scalars()));
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

void write_report(const fs::path& run, const Measurement& measurement, const Results& of,
                  const Json& config, const Json& manifest) {
  HtmlPage page("sgilo: " + last_name(run));
  page.paragraph(concat(
      measurement.forward_operator->describe(), ", ", measurement.noise_model()->describe(),
      measurement.noise_estimated ? " (sigma estimated)" : "", "; ", manifest.value("solver", "")));
  add_pictures(page, measurement, of);
  for (const std::string& failure : of.failures)
    if (!failure.empty()) page.paragraph("Given up: " + failure);
  Table facts({"quantity", "value"});
  for (const auto& item : manifest.items())
    if (!item.value().is_structured())
      facts.add_row({item.key(), item.value().is_string() ? item.value().get<std::string>()
                                                          : item.value().dump()});
  page.plot(residual_plot(measurement, of.losses));
  page.folded_table(facts, "What it ran on and with: versions, hashes, counts");
  page.heading("Configuration");
  page.preformatted(config.dump(2));
  page.write(run / "report.html");
}

}  // namespace

fs::path image_folder(const fs::path& run, const std::vector<MeasuredImage>& images,
                      std::size_t index) {
  return images.size() == 1 ? run : run / "images" / images[index].name;
}

Tensor deviation_picture(const Tensor& deviation) {
  return (deviation.mean(0, true) * 4 - 1).clamp(-1, 1);
}

void write_run_results(const fs::path& run, const Measurement& measurement,
                       const Reconstruction& result, const Json& config, const Json& manifest) {
  const Results of(result);
  for (std::int64_t i = 0; i < measurement.count(); ++i) {
    const fs::path folder = image_folder(run, measurement.images, static_cast<std::size_t>(i));
    make_folder(folder / "samples");
    if (is_finite(of.mean[i])) {
      write_png(folder / "mean.png", of.mean[i]);
      write_png(folder / "std.png", deviation_picture(of.deviation[i]));
    }
    for (std::int64_t c = 0; c < of.chains(); ++c) {
      if (!of.usable(i, c)) continue;
      write_png(folder / "samples" / concat("chain_", c + 1, ".png"), of.last[i][c]);
      write_file_atomically(folder / concat("trace_", c + 1, ".csv"),
                            trace(of, i, c, measurement.scalars()).csv());
    }
  }
  StateDict tensors{{"mean", of.mean},
                    {"standard_deviation", of.deviation},
                    {"last", of.last},
                    {"best", result.best()},
                    {"measurement_loss", result.last_losses()},
                    {"draw_losses", of.losses}};
  constexpr std::int64_t kMostNumbers = std::int64_t{64} << 18;  // 64 MiB of float32
  if (of.draws.numel() <= kMostNumbers) tensors["draws"] = of.draws;
  for (const Variable& x : result.latent.variables)
    tensors["latent." + x.name] = result.by_image(x.value);
  write_sealed(run / kDrawsFile, tensors,
               {{"format", kDrawsFormat}, {"layer", concat(result.latent.layer)}},
               manifest.value("run", ""));
  write_report(run, measurement, of, config, manifest);
}

}  // namespace sgilo
