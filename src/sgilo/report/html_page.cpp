#include "sgilo/report/html_page.h"

#include <algorithm>
#include <array>

#include "sgilo/core/error.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/report/markup.h"

namespace sgilo {
namespace {

constexpr std::string_view kStyle = R"(
body { font: 15px/1.5 sans-serif; color: #22222a; background: #fff; max-width: 62em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2em; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 1em 0; } caption, figcaption { color: #666; text-align: left; font-size: 0.9em; }
th, td { padding: 0.25em 0.8em; text-align: left; border-bottom: 1px solid #e4e4e8; } th { border-bottom: 2px solid #999; }
.number, .short { white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; } pre { background: #f4f4f6; padding: 0.8em; overflow-x: auto; } figure { margin: 1em 0; overflow-x: auto; }
img { image-rendering: pixelated; } img.figure { image-rendering: auto; max-width: 100%; height: auto; }
.gallery { display: flex; flex-wrap: wrap; gap: 0.8em; } .gallery figure { margin: 0; overflow: visible; }
.gallery img { max-width: 100%; height: auto; }
.good { color: #00684c; } .bad { color: #fff; background: #b3261e; font-weight: bold; }
.surprising { color: #9a4400; font-weight: bold; } .muted { color: #888; }
)";

std::string caption_in(std::string_view element, std::string_view caption) {
  if (caption.empty()) return "";
  return concat("<", element, ">", escape_markup(caption), "</", element, ">\n");
}

// An empty text for a picture that is undefined.
std::string image_of(const Tensor& picture, std::string_view caption, int magnification) {
  if (!picture.defined()) return "";
  return concat("<img width=\"", picture.size(2) * magnification, "\" height=\"",
                picture.size(1) * magnification, "\" alt=\"", escape_markup(caption),
                "\" src=\"data:image/png;base64,", base64(encode_png(picture)), "\">\n");
}

}  // namespace

void HtmlPage::heading(std::string_view text) { body_ += "<h2>" + escape_markup(text) + "</h2>\n"; }

void HtmlPage::paragraph(std::string_view text) { body_ += "<p>" + escape_markup(text) + "</p>\n"; }

void HtmlPage::preformatted(std::string_view text) {
  body_ += "<pre>" + escape_markup(text) + "</pre>\n";
}

void HtmlPage::table(const Table& table, std::string_view caption, const ToneOfCell& tone) {
  constexpr std::array<const char*, 5> kClasses{"", "good", "bad", "surprising", "muted"};

  body_ += "<table>\n" + caption_in("caption", caption);
  // Beside prose a browser would break short words at their hyphens ("1e-12").
  std::vector<std::size_t> widths;
  std::vector<bool> numeric;
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    numeric.push_back(table.is_numeric(i));
    widths.push_back(0);
    for (const auto& row : table.rows()) widths[i] = std::max(widths[i], row[i].size());
  }
  const bool has_prose =
      std::any_of(widths.begin(), widths.end(), [](std::size_t width) { return width > 60; });
  const auto add_row = [&](const std::vector<std::string>& cells, const char* element,
                           const ToneOfCell& tone_of) {
    body_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::string classes = numeric[i] ? "number" : has_prose && widths[i] <= 24 ? "short" : "";
      if (const Tone shown = tone_of ? tone_of(i, cells[i]) : Tone::plain; shown != Tone::plain)
        classes += concat(classes.empty() ? "" : " ", kClasses[static_cast<std::size_t>(shown)]);
      body_ += concat("<", element, classes.empty() ? "" : concat(" class=\"", classes, "\""), ">",
                      escape_markup(cells[i]), "</", element, ">");
    }
    body_ += "</tr>\n";
  };
  add_row(table.columns(), "th", nullptr);
  for (const auto& row : table.rows()) add_row(row, "td", tone);
  body_ += "</table>\n";
}

void HtmlPage::folded_table(const Table& table, std::string_view summary, const ToneOfCell& tone) {
  body_ += concat("<details>\n<summary>", escape_markup(summary), "</summary>\n");
  this->table(table, "", tone);
  body_ += "</details>\n";
}

void HtmlPage::plot(const LinePlot& plot, std::string_view caption) {
  body_ += "<figure>\n" + plot_svg(plot) + caption_in("figcaption", caption) + "</figure>\n";
}

void HtmlPage::figure(std::string_view svg, std::string_view caption) {
  body_ += concat("<figure>\n<img class=\"figure\" alt=\"", escape_markup(caption),
                  "\" src=\"data:image/svg+xml;base64,", base64(svg), "\">\n",
                  caption_in("figcaption", caption), "</figure>\n");
}

void HtmlPage::picture(const Tensor& picture, std::string_view caption, int magnification) {
  body_ += concat("<figure>\n", image_of(picture, caption, magnification),
                  caption_in("figcaption", caption), "</figure>\n");
}

void HtmlPage::gallery(const std::vector<std::pair<std::string, Tensor>>& pictures,
                       std::string_view caption, int magnification) {
  body_ += "<div class=\"gallery\">\n";
  for (const auto& [words, image] : pictures) picture(image, words, magnification);
  body_ += "</div>\n";
  if (!caption.empty()) paragraph(caption);
}

std::string HtmlPage::html() const {
  const std::string title = escape_markup(title_);
  return concat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "img-src data:; style-src 'unsafe-inline'\">\n<title>",
      title, "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<h1>", title, "</h1>\n",
      body_, "</body>\n</html>\n");
}

void HtmlPage::write(const std::filesystem::path& path) const {
  write_file_atomically(path, html());
}

}  // namespace sgilo
