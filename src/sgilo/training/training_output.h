// What the training workflows share: the folder of a run's state,
// and pictures of its log and samples.
#pragma once

#include <filesystem>
#include <string>

#include "sgilo/core/torch.h"

namespace sgilo {

// `stated`, or $SGILO_STATE_DIR/<name>, or <output>/training/<name> in this order: where a training
// run keeps what it needs to go on.
std::filesystem::path state_folder(const std::string& stated, const std::filesystem::path& output,
                                   const std::string& name);

// "from step 400 to 20000 of 64 examples, state in <folder>", for the plan of a training run.
// Throws FormatError for a damaged state.
std::string training_plan(const std::filesystem::path& folder, std::int64_t steps,
                          std::int64_t batch);

// A contact sheet of images [N, 3, H, W], `columns` to a row.
Tensor contact_sheet(const Tensor& images, std::int64_t columns, const std::string& title);

// Draws <folder>/log.csv as <folder>/log.svg, with a panel for each quantity over the steps. Throws
// ConfigError where there is no gnuplot.
void draw_training_log(const std::filesystem::path& folder);

}  // namespace sgilo
