#pragma once

#include <string>

#include "pricing/report/report_html.hpp"

namespace lien::pricing {

struct TerminalStyle {
  std::size_t width = 160;  // characters; scenarios that do not fit go into a further block
  bool colour = false;      // bold headings
};

// The table at the end of `lien run`: the portfolio's measures, scenarios side by side, each with
// its standard error; the tail with its intervals; the paired changes to the baseline.
[[nodiscard]] std::string text_table(const ReportSubject& subject, const RunResults& results,
                                     const TerminalStyle& style);

}  // namespace lien::pricing
