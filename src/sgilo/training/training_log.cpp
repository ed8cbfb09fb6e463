#include "sgilo/training/training_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/report/figure.h"

namespace sgilo {
namespace {

constexpr const char* kFile = "log.csv";
constexpr std::string_view kHeader = "step,seconds,quantity,value";
constexpr std::uint64_t kLargestLog = 32 << 20;  // bytes; a line is about 40

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size();
}

bool is_quantity(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == '+';
  });
}

bool read_line(std::string_view text, LogLine& line) {
  std::array<std::string_view, 4> cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t end = i + 1 < cells.size() ? text.find(',') : text.size();
    if (end == std::string_view::npos) return false;
    cells[i] = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  line.quantity = cells[2];
  return read_number(cells[0], line.step) && line.step >= 0 &&
         read_number(cells[1], line.seconds) && line.seconds >= 0 && std::isfinite(line.seconds) &&
         is_quantity(cells[2]) && read_number(cells[3], line.value);
}

std::string text_of(std::int64_t step, double seconds, const std::string& quantity, double value) {
  return concat(step, ',', seconds, ',', quantity, ',', value, '\n');
}

}  // namespace

std::vector<LogLine> read_training_log(const Folder& folder) {
  std::vector<LogLine> lines;
  if (!folder.holds(kFile)) return lines;
  const std::string all = folder.read(kFile, kLargestLog);
  std::string_view rest = all;
  for (std::int64_t number = 1; rest.find('\n') != std::string_view::npos; ++number) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(text.size() + 1);
    LogLine line;
    if (number == 1 ? text == kHeader : read_line(text, line)) {
      if (number > 1) lines.push_back(line);
      continue;
    }
    throw format_error(folder / kFile, concat("line ", number, " must be ", kHeader,
                                              number == 1 ? "" : " (numbers beside a name)",
                                              ", but is '", escaped(text.substr(0, 60)), "'"));
  }
  return lines;
}

TrainingLog::TrainingLog(const Folder& folder, std::int64_t last_step) : path_(folder / kFile) {
  std::string kept = concat(kHeader, '\n');
  for (const LogLine& line : read_training_log(folder))
    if (line.step <= last_step) kept += text_of(line.step, line.seconds, line.quantity, line.value);
  folder.write(kFile, kept);
  file_.open(path_, std::ios::app);
}

void TrainingLog::write(std::int64_t step, double seconds,
                        const std::map<std::string, double>& values) {
  for (const auto& [name, value] : values) file_ << text_of(step, seconds, name, value);
  file_.flush();
  if (!file_) throw Error(concat(path_.string(), ": cannot be written"));
}

void draw_training_log(const Folder& folder) {
  std::map<std::string, Curve> curves;
  for (const LogLine& line : read_training_log(folder)) {
    curves[line.quantity].x.push_back(static_cast<double>(line.step));
    curves[line.quantity].y.push_back(line.value);
  }
  if (curves.empty()) return;
  Figure figure{.name = "log", .columns = 3};
  for (const auto& [quantity, curve] : curves) {
    std::string title;
    for (const char letter : quantity) title += letter == '_' ? "\\_" : std::string(1, letter);
    figure.panels.push_back({.title = title, .x = {.label = "step"}, .curves = {curve}});
  }
  write_picture(figure, folder / "log.svg");
}

}  // namespace sgilo
