// What the training workflows share: the folder of a run's state, its plan, pictures of samples.
#pragma once

#include <filesystem>
#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// `stated`, or $SGILO_STATE_DIR/<name>, or <output>/training/<name> in this order: where a training
// run keeps what it needs to go on. Throws ConfigError when that is the output itself or cannot be
// written, FormatError when the output leads out of itself by a link.
std::filesystem::path state_folder(const std::string& stated, const std::filesystem::path& output,
                                   const std::string& name);

// "from step 400 to 20000 of 64 examples, state in <folder>", for the plan of a training run.
// Throws as TrainingFolder::load where the state there is not one of this course.
std::string training_plan(const std::filesystem::path& folder, const Json& course,
                          std::int64_t steps, std::int64_t batch);

// Throws ConfigError when a training is behind the last step that is asked for.
void require_steps_left(const std::string& name, std::int64_t done, std::int64_t steps);

// A contact sheet of images [N, 3, H, W], `columns` to a row.
Tensor contact_sheet(const Tensor& images, std::int64_t columns, const std::string& title);

}  // namespace sgilo
