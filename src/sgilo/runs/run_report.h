// What a finished run leaves for people and later commands: pictures, traces, draws, report.html.
#pragma once

#include "sgilo/runs/measurement.h"
#include "sgilo/runs/run_folder.h"
#include "sgilo/solvers/reconstruction.h"

namespace sgilo {

// One image's folder within a run: the run itself when there is a single image.
std::filesystem::path image_folder(const std::filesystem::path& run,
                                   const std::vector<MeasuredImage>& images, std::size_t index);

// samples/chain_<c>.png (chains that did not fail), mean.png, std.png and trace_<c>.csv of each
// image, draws.safetensors with the images ("draws" only up to 64 MiB) and the last latents,
// report.html.
void write_run_results(const std::filesystem::path& run, const Measurement& measurement,
                       const Reconstruction& result, const Json& config, const Json& manifest);

// A standard deviation [C, H, W] as a grey picture: black is 0, white 0.5 and more.
Tensor deviation_picture(const Tensor& deviation);

}  // namespace sgilo
