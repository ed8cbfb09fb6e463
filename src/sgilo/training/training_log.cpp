#include "sgilo/training/training_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/read_number.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"
#include "sgilo/report/figure.h"

namespace sgilo {
namespace {

constexpr const char* kFile = "log.csv";
constexpr std::string_view kHeader = "step,seconds,quantity,value";
constexpr std::size_t kPart = 1 << 16;         // bytes that are read or written at once
constexpr std::size_t kLongestLine = 1 << 10;  // bytes; a line of ours has about 40

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

void read_training_log(const Folder& folder, const std::function<void(const LogLine&)>& take) {
  if (!folder.holds(kFile)) return;
  const InputFile file(folder, kFile);
  std::int64_t number = 1;
  const auto refuse = [&](std::string_view text) {
    throw format_error(file.path(), concat("line ", number, " must be ", kHeader,
                                           number == 1 ? "" : " (numbers beside a name)",
                                           ", but is '", escaped(text.substr(0, 60)), "'"));
  };
  const auto read = [&](std::string_view text) {
    LogLine line;
    if (number == 1 ? text != kHeader : !read_line(text, line)) refuse(text);
    if (number++ > 1) take(line);
  };
  std::string open;  // the part of a line that was read
  for (std::uint64_t at = 0; at < file.size();) {
    const std::size_t before = open.size(), part = std::min<std::uint64_t>(kPart, file.size() - at);
    open.resize(before + part);
    file.read_at(at, open.data() + before, part);
    at += part;
    std::size_t start = 0;
    for (std::size_t end; (end = open.find('\n', start)) != open.npos; start = end + 1)
      read(std::string_view(open).substr(start, end - start));
    open.erase(0, start);
    if (open.size() > kLongestLine) refuse(open);
  }
}

TrainingLog::TrainingLog(const Folder& folder, std::int64_t last_step) : path_(folder / kFile) {
  AtomicFile file(folder, kFile);
  std::string kept = concat(kHeader, '\n');
  read_training_log(folder, [&](const LogLine& line) {
    if (line.step > last_step) return;
    kept += text_of(line.step, line.seconds, line.quantity, line.value);
    if (kept.size() < kPart) return;
    file.write(kept);
    kept.clear();
  });
  file.write(kept);
  file.commit();
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
  read_training_log(folder, [&](const LogLine& line) {
    curves[line.quantity].x.push_back(static_cast<double>(line.step));
    curves[line.quantity].y.push_back(line.value);
  });
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
