// A report as one HTML file that needs no network: its pictures and plots are inside it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "sgilo/core/torch.h"
#include "sgilo/report/plot.h"
#include "sgilo/report/table.h"

namespace sgilo {

// Every text is escaped.
class HtmlPage {
 public:
  explicit HtmlPage(std::string title) : title_(std::move(title)) {}

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  void preformatted(std::string_view text);  // logs, configurations
  void table(const Table& table, std::string_view caption = "");
  void plot(const LinePlot& plot, std::string_view caption = "");
  // [3 or 1, H, W] in [-1, 1], each pixel shown as a square of `magnification` pixels.
  void picture(const Tensor& picture, std::string_view caption = "", int magnification = 1);

  std::string html() const;
  void write(const std::filesystem::path& path) const;  // atomic

 private:
  std::string title_;
  std::string body_;
};

}  // namespace sgilo
