#include "sgilo/report/image_grid.h"

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/report/canvas.h"

namespace sgilo {
namespace {

constexpr int kMargin = 16;  // pixels around everything
constexpr int kGap = 6;      // between pictures, and between a picture and its text
constexpr int kWidestRowLabel = 200;
constexpr Colour kBlank{0.93F, 0.93F, 0.94F};

using Lines = std::vector<std::string>;

// Words in lines of at most `width` pixels; a word that is wider has a line of its own.
Lines wrapped(const std::string& text, int width, int scale) {
  Lines lines;
  std::string line;
  std::size_t position = 0;
  while (position <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \n", position), text.size());
    const std::string word = text.substr(position, end - position);
    const std::string longer = line.empty() ? word : line + " " + word;
    if (!line.empty() && text_width(longer, scale) > width) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
    if (end < text.size() && text[end] == '\n') {
      lines.push_back(line);
      line.clear();
    }
    position = end + 1;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

int width_of(const Lines& lines, int scale) {
  int width = 0;
  for (const std::string& line : lines) width = std::max(width, text_width(line, scale));
  return width;
}

int height_of(const Lines& lines, int scale) {
  return static_cast<int>(lines.size()) * text_height(scale);
}

void draw_lines(Canvas& canvas, int x, int top, const Lines& lines, Align align, int scale) {
  for (const std::string& line : lines) {
    canvas.text(x, top, line, kInk, align, scale);
    top += text_height(scale);
  }
}

std::size_t columns_of(const ImageGrid& grid) {
  std::size_t columns = 0;
  for (const auto& row : grid.rows) columns = std::max(columns, row.size());
  return columns;
}

void check(const ImageGrid& grid) {
  bool any = false;
  for (const auto& row : grid.rows)
    for (const Tensor& image : row) {
      if (!image.defined()) continue;
      any = true;
      if (image.dim() != 3 || (image.size(0) != 1 && image.size(0) != 3) || image.numel() == 0)
        throw ConfigError(
            concat("a picture of an image grid must have shape [1 or 3, height, "
                   "width], but has ",
                   shape_text(image.sizes())));
    }
  if (!any) throw ConfigError("an image grid must have a picture, but has none");
  if (grid.magnification < 1 || grid.text_scale < 1)
    throw ConfigError(
        concat("an image grid's magnification and text scale must be positive, but are ",
               grid.magnification, " and ", grid.text_scale));
  if (!grid.column_labels.empty() && grid.column_labels.size() != columns_of(grid))
    throw ConfigError(concat("an image grid of ", columns_of(grid), " columns has ",
                             grid.column_labels.size(), " column labels"));
  if (!grid.row_labels.empty() && grid.row_labels.size() != grid.rows.size())
    throw ConfigError(concat("an image grid of ", grid.rows.size(), " rows has ",
                             grid.row_labels.size(), " row labels"));
}

const std::string& caption_of(const ImageGrid& grid, std::size_t row, std::size_t column) {
  static const std::string none;
  if (row >= grid.captions.size() || column >= grid.captions[row].size()) return none;
  return grid.captions[row][column];
}

}  // namespace

Tensor draw_image_grid(const ImageGrid& grid) {
  check(grid);
  const int scale = grid.text_scale;
  int picture_height = 0;
  int picture_width = 0;
  for (const auto& row : grid.rows)
    for (const Tensor& image : row)
      if (image.defined()) {
        picture_height =
            std::max(picture_height, static_cast<int>(image.size(1)) * grid.magnification);
        picture_width =
            std::max(picture_width, static_cast<int>(image.size(2)) * grid.magnification);
      }

  const std::size_t columns = columns_of(grid);
  int pitch = picture_width;  // of the columns
  std::vector<Lines> column_labels;
  for (const std::string& label : grid.column_labels) {
    column_labels.push_back(wrapped(label, picture_width, scale));
    pitch = std::max(pitch, width_of(column_labels.back(), scale));
  }
  std::vector<Lines> row_labels;
  int row_label_width = 0;
  for (const std::string& label : grid.row_labels) {
    row_labels.push_back(wrapped(label, kWidestRowLabel * scale, scale));
    row_label_width = std::max(row_label_width, width_of(row_labels.back(), scale));
  }
  std::vector<int> caption_heights(grid.rows.size(), 0);
  for (std::size_t row = 0; row < grid.rows.size(); ++row)
    for (std::size_t column = 0; column < columns; ++column) {
      const Lines lines = wrapped(caption_of(grid, row, column), picture_width, scale);
      pitch = std::max(pitch, width_of(lines, scale));
      caption_heights[row] = std::max(caption_heights[row], height_of(lines, scale));
    }
  pitch += kGap;
  int header_height = 0;
  for (const Lines& lines : column_labels)
    header_height = std::max(header_height, height_of(lines, scale) + kGap);

  const int left = kMargin + (row_label_width > 0 ? row_label_width + 2 * kGap : 0);
  const int width = std::max(left + static_cast<int>(columns) * pitch - kGap,
                             kMargin + text_width(grid.title, scale)) +
                    kMargin;
  const int title_height = grid.title.empty() ? 0 : text_height(scale) + 2 * kGap;
  int height = 2 * kMargin + title_height + header_height - kGap;
  for (const int caption : caption_heights)
    height += picture_height + (caption > 0 ? kGap / 2 + caption : 0) + kGap;

  Canvas canvas(height, width);
  canvas.text(kMargin, kMargin, grid.title, kInk, Align::left, scale);
  int top = kMargin + title_height + header_height;
  for (std::size_t column = 0; column < column_labels.size(); ++column)
    draw_lines(canvas, left + static_cast<int>(column) * pitch + (pitch - kGap) / 2,
               top - kGap - height_of(column_labels[column], scale), column_labels[column],
               Align::center, scale);
  for (std::size_t row = 0; row < grid.rows.size(); ++row) {
    if (!row_labels.empty())
      draw_lines(canvas, left - 2 * kGap,
                 top + (picture_height - height_of(row_labels[row], scale)) / 2, row_labels[row],
                 Align::right, scale);
    for (std::size_t column = 0; column < columns; ++column) {
      const int middle = left + static_cast<int>(column) * pitch + (pitch - kGap) / 2;
      const Tensor image = column < grid.rows[row].size() ? grid.rows[row][column] : Tensor();
      if (image.defined()) {
        const auto h = static_cast<int>(image.size(1));
        const auto w = static_cast<int>(image.size(2));
        const int factor = std::min(picture_height / h, picture_width / w);
        canvas.image(top + (picture_height - factor * h) / 2, middle - factor * w / 2, image,
                     factor);
      } else {
        canvas.fill(top, middle - picture_width / 2, picture_height, picture_width, kBlank);
      }
      draw_lines(canvas, middle, top + picture_height + kGap / 2,
                 wrapped(caption_of(grid, row, column), picture_width, scale), Align::center,
                 scale);
    }
    top += picture_height + (caption_heights[row] > 0 ? kGap / 2 + caption_heights[row] : 0) + kGap;
  }
  return canvas.picture();
}

}  // namespace sgilo
