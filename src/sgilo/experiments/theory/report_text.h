// What the laboratory's report says between figures and numbers.
#pragma once

#include <string_view>
#include <vector>

#include "sgilo/experiments/theory/check.h"

namespace sgilo {

struct TheorySection {
  TheorySubject subject;
  std::string_view name, heading, text;
  int first_figure, last_figure;
};
const std::vector<TheorySection>& theory_sections();  // in the order of the report

// A place where the paper's statement fails, is loose or can be read in two ways.
struct TheoryCorrection {
  std::string_view place, paper, instead;
  std::string_view checks;  // of what holds instead
};
const std::vector<TheoryCorrection>& theory_corrections();

}  // namespace sgilo
