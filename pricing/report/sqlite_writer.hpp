#pragma once

#include <string>
#include <vector>

#include "pricing/report/table.hpp"

namespace lien::pricing {

// Writes the tables into the empty file at `path` as a SQLite database: one table each, under the
// same names and columns. Numbers are REAL or INTEGER, missing values NULL; texts are as they are
// (control characters and bytes that are no UTF-8 as \xNN), without the apostrophe that keeps a CSV
// reader from running a formula. One library version gives the same bytes for the same tables.
// Memory does not grow with the tables. Throws OutputError, NonFiniteResult.
void write_sqlite(const std::vector<const Table*>& tables, const std::string& path);

}  // namespace lien::pricing
