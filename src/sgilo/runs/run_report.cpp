#include "sgilo/runs/run_report.h"

#include <cmath>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/report/html_page.h"
#include "sgilo/report/image_grid.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

bool is_finite(const Tensor& x) { return torch::isfinite(x).all().item<bool>(); }

const std::string& failure_of(const Reconstruction& result, std::int64_t image,
                              std::int64_t chain) {
  return result.failures[static_cast<std::size_t>(image * result.last.size(1) + chain)];
}

// One row per kept draw; log_lik is the Gaussian log-likelihood without its constant, the other
// columns are plain functions of the image whose mixing can be judged.
Table trace(const Reconstruction& result, const Tensor& draw_losses, std::int64_t image,
            std::int64_t chain, double variance, std::int64_t scalars) {
  Table table({"iter", "log_lik", "residual_rms", "brightness", "contrast"});
  const Tensor draws = result.draws[image][chain];
  for (std::int64_t k = 0; k < draws.size(0); ++k) {
    const double loss = draw_losses[image][chain][k].item<double>();
    table.add_row({concat(k + 1), number_text(variance > 0 ? -loss / variance : NAN),
                   number_text(std::sqrt(2 * loss / static_cast<double>(scalars))),
                   number_text(draws[k].mean().item<double>()),
                   number_text(draws[k].std().item<double>())});
  }
  return table;
}

ImageGrid picture_of_run(const Measurement& measurement, const Reconstruction& result) {
  constexpr std::int64_t kMostRows = 16;
  const std::int64_t chains = result.last.size(1), kMostChains = 4;
  ImageGrid grid;
  grid.column_labels = {"measured", "mean", "deviation"};
  for (std::int64_t c = 0; c < std::min(chains, kMostChains); ++c)
    grid.column_labels.push_back(concat("chain ", c + 1));
  const Tensor measured = measurement.forward_operator->picture(measurement.values);
  for (std::int64_t i = 0; i < std::min(measurement.count(), kMostRows); ++i) {
    const bool usable = is_finite(result.mean[i]);
    std::vector<Tensor> row{measured[i], usable ? result.mean[i] : Tensor(),
                            usable ? deviation_picture(result.standard_deviation[i]) : Tensor()};
    for (std::int64_t c = 0; c < std::min(chains, kMostChains); ++c)
      row.push_back(failure_of(result, i, c).empty() && is_finite(result.last[i][c])
                        ? result.last[i][c]
                        : Tensor());
    grid.rows.push_back(std::move(row));
    grid.row_labels.push_back(measurement.images[static_cast<std::size_t>(i)].name);
  }
  grid.magnification = measurement.forward_operator->image_shape()[1] < 100 ? 2 : 1;
  return grid;
}

LinePlot residual_plot(const Measurement& measurement, const Tensor& draw_losses) {
  LinePlot plot;
  plot.title = "Residual of the kept draws, " + measurement.images[0].name;
  plot.x_label = "draw";
  plot.y_label = "rms of A(x) - y";
  for (std::int64_t c = 0; c < draw_losses.size(1); ++c) {
    Series series;
    series.label = concat("chain ", c + 1);
    for (std::int64_t k = 0; k < draw_losses.size(2); ++k) {
      series.x.push_back(static_cast<double>(k + 1));
      series.y.push_back(std::sqrt(2 * draw_losses[0][c][k].item<double>() /
                                   static_cast<double>(measurement.scalars())));
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

void write_report(const fs::path& run, const Measurement& measurement, const Reconstruction& result,
                  const Tensor& draw_losses, const Json& config, const Json& manifest) {
  HtmlPage page("sgilo: " + run.filename().string());
  page.paragraph(concat(
      measurement.forward_operator->describe(), ", ", NoiseModel(measurement.noise).describe(),
      measurement.noise_estimated ? " (sigma estimated)" : "", "; ", manifest.value("solver", "")));
  page.picture(draw_image_grid(picture_of_run(measurement, result)),
               "Deviation: black is 0, white a standard deviation of 0.5 and more.");
  for (const std::string& failure : result.failures)
    if (!failure.empty()) page.paragraph("Given up: " + failure);
  Table facts({"quantity", "value"});
  for (const auto& item : manifest.items())
    if (!item.value().is_structured())
      facts.add_row({item.key(), item.value().is_string() ? item.value().get<std::string>()
                                                          : item.value().dump()});
  page.table(facts);
  page.plot(residual_plot(measurement, draw_losses));
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
                       const Reconstruction& result, const LatentState& latent,
                       const Tensor& draw_losses, const Json& config, const Json& manifest) {
  const std::int64_t chains = result.last.size(1);
  const double model_error = manifest.value("model_error", 0.0);
  const double variance =
      measurement.noise_std() * measurement.noise_std() + model_error * model_error;
  for (std::int64_t i = 0; i < measurement.count(); ++i) {
    const fs::path folder = image_folder(run, measurement.images, static_cast<std::size_t>(i));
    make_folder(folder / "samples");
    if (is_finite(result.mean[i])) {
      write_png(folder / "mean.png", result.mean[i]);
      write_png(folder / "std.png", deviation_picture(result.standard_deviation[i]));
    }
    for (std::int64_t c = 0; c < chains; ++c) {
      if (!failure_of(result, i, c).empty() || !is_finite(result.last[i][c])) continue;
      write_png(folder / "samples" / concat("chain_", c + 1, ".png"), result.last[i][c]);
      write_file_atomically(
          folder / concat("trace_", c + 1, ".csv"),
          trace(result, draw_losses, i, c, variance, measurement.scalars()).csv());
    }
  }
  StateDict tensors{{"mean", result.mean},
                    {"standard_deviation", result.standard_deviation},
                    {"last", result.last},
                    {"best", result.best},
                    {"measurement_loss", result.measurement_loss},
                    {"draw_losses", draw_losses}};
  constexpr std::int64_t kMostNumbers = std::int64_t{64} << 18;  // 64 MiB of float32
  if (result.draws.numel() <= kMostNumbers) tensors["draws"] = result.draws;
  for (const auto& [name, value] : latent.variables) {
    Shape shape{measurement.count(), chains};
    shape.insert(shape.end(), value.sizes().begin() + 1, value.sizes().end());
    tensors["latent." + name] = value.reshape(shape);
  }
  write_safetensors(run / "draws.safetensors", tensors,
                    {{"format", "sgilo draws 1"}, {"layer", concat(latent.layer)}});
  write_report(run, measurement, result, draw_losses, config, manifest);
}

}  // namespace sgilo
