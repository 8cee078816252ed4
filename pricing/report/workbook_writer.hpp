#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pricing/report/report_html.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// Rows that a sheet of report.xlsx holds at most, below its header: a spreadsheet of more is slow
// to open and is no longer read by anybody. The tables begin with the baseline.
inline constexpr std::size_t kSheetRows = 100'000;

// Writes report.xlsx into the empty file at `path`: a sheet `run` about the run and its sheets,
// `portfolio` (the portfolio's rows of measures), a sheet for each of `tables` that has rows, and
// `measures` without the rows by contract. The first sheet says how many rows each has of how many.
// Headers are frozen and filtered; numbers are numbers of 16 digits, texts are never formulas or
// links, a missing value is an empty cell. Its creation time is the valuation date. Memory does not
// grow with the tables. `folder` takes temporary files, which have no name there. Throws
// OutputError, NonFiniteResult.
void write_workbook(const ReportSubject& subject, const RunResults& results,
                    const std::vector<const Table*>& tables, const std::string& path,
                    const std::string& folder);

// "1.1.4": of the library behind it.
[[nodiscard]] std::string workbook_library_version();

}  // namespace lien::pricing
