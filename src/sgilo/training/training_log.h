// log.csv of a training run: step,seconds,quantity,value. Each line is checked when it is read: a
// folder may have come from elsewhere, and names of quantities become words of a drawing.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "sgilo/files/folder.h"

namespace sgilo {

struct LogLine {
  std::int64_t step = 0;
  double seconds = 0;
  std::string quantity;
  double value = 0;
};

// Hands over one line after the other, of a log of any length. Nothing where there is no log; a last
// line that was cut off while it was written is left out. Throws FormatError, naming the line.
void read_training_log(const Folder& folder, const std::function<void(const LogLine&)>& take);

class TrainingLog {
 public:
  // Drops the lines that a killed run wrote after its last save, since the resumed run writes them
  // again.
  TrainingLog(const Folder& folder, std::int64_t last_step);
  void write(std::int64_t step, double seconds, const std::map<std::string, double>& values);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

// Draws log.csv as log.svg, with a panel for each quantity over the steps. Throws ConfigError where
// there is no gnuplot.
void draw_training_log(const Folder& folder);

}  // namespace sgilo
