// Pictures in rows and columns with their labels: what was measured beside what was restored.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

struct ImageGrid {
  std::vector<std::vector<Tensor>> rows;  // [3 or 1, h, w] in [-1, 1]; an undefined one stays blank
  std::vector<std::string> column_labels;  // above, wrapped to the width of a picture; may be empty
  std::vector<std::string> row_labels;     // to the left; may be empty
  std::vector<std::vector<std::string>> captions;  // below each picture, as `rows`; may be empty
  std::string title;
  int magnification = 1;  // of the largest picture; smaller ones grow by whole factors beside it
  int text_scale = 1;     // letters of 10 x 20 pixels times this
};

// [3, H, W] in [-1, 1], black text on white. Throws ConfigError when there is no picture, when a
// picture has another shape, or when labels and pictures differ in number.
Tensor draw_image_grid(const ImageGrid& grid);

}  // namespace sgilo
