// The laboratory's report: one page that tells the theory in order, with figures and checks.
#pragma once

#include <filesystem>
#include <vector>

#include "sgilo/experiments/theory/theory.h"
#include "sgilo/report/figure.h"

namespace sgilo {

// Writes report.html into the folder, where the figures have been written already. Figures stand in
// their section by the number in their names ("figure_06_hitting_time"), others behind the last.
void write_theory_report(const TheoryOptions& options, const std::vector<TheoryCheck>& checks,
                         const std::vector<Figure>& figures, const std::filesystem::path& folder);

}  // namespace sgilo
