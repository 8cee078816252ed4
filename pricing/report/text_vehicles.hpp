#pragma once

#include <string>

#include "pricing/report/text_form.hpp"
#include "pricing/report/text_table.hpp"

namespace lien::pricing {

// What `lien run` prints of a book with vehicles: a line a deal, then a line a guarantee. Empty
// without vehicles.
[[nodiscard]] std::string vehicle_blocks(const ReportSubject& subject, const RunTables& tables,
                                         const MoneyUnit& money, const TerminalStyle& style);

}  // namespace lien::pricing
