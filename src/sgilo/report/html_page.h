// A report as one HTML file that needs no network: its pictures and plots are inside it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/report/plot.h"
#include "sgilo/report/table.h"

namespace sgilo {

// How a cell of a table is coloured.
enum class Tone { plain, good, bad, surprising, muted };
using ToneOfCell = std::function<Tone(std::size_t column, const std::string& cell)>;

// Every text is escaped.
class HtmlPage {
 public:
  explicit HtmlPage(std::string title) : title_(std::move(title)) {}

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  void preformatted(std::string_view text);  // logs, configurations
  void table(const Table& table, std::string_view caption = "", const ToneOfCell& tone = nullptr);
  // Long tables: the summary alone is shown until the reader opens it.
  void folded_table(const Table& table, std::string_view summary, const ToneOfCell& tone = nullptr);
  void plot(const LinePlot& plot, std::string_view caption = "");
  // A drawing in a file of its own, "<?xml ...", which stays apart from the page's styles.
  void figure(std::string_view svg, std::string_view caption = "");
  // [3 or 1, H, W] in [-1, 1], each pixel shown as a square of `magnification` pixels.
  void picture(const Tensor& picture, std::string_view caption = "", int magnification = 1);
  // Pictures with their words below, side by side in as many lines as the reader's window takes. One
  // that is undefined shows its words alone.
  void gallery(const std::vector<std::pair<std::string, Tensor>>& pictures,
               std::string_view caption = "", int magnification = 1);

  std::string html() const;
  void write(const std::filesystem::path& path) const;  // atomic

 private:
  std::string title_;
  std::string body_;
};

}  // namespace sgilo
