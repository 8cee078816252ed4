#pragma once

#include <string>
#include <vector>

#include "pricing/measures/value_book.hpp"

namespace lien::pricing {

// What report.html says about the run beside its results.
struct ReportSubject {
  const RunSettings& settings;
  std::string currency;
  const std::vector<ScenarioRow>& scenarios;
  std::string version;                             // of the program
  const std::vector<Vehicle>* vehicles = nullptr;  // of the book, where the page tells of them
};

// The text of report.html: one page that opens offline, prints, and runs no script; a content
// security policy says so to the browser. A function of the results only: no time, no host.
[[nodiscard]] std::string report_html(const ReportSubject& subject, const RunResults& results);

}  // namespace lien::pricing
