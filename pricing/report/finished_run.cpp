#include "pricing/report/finished_run.hpp"

#include <charconv>
#include <filesystem>
#include <limits>

#include "pricing/book/csv.hpp"
#include "pricing/book/kept_inputs.hpp"
#include "pricing/book/text_file.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/resolved_settings.hpp"

namespace lien::pricing {
namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& problem) {
  throw InputError({{{file, 0, 0}, "", "", problem, "restore the file, or run again"}});
}

void append_cell(std::string_view text, const std::string& file, Column& column) {
  if (column.kind == ColumnKind::text) {
    column.texts.emplace_back(text);
    return;
  }
  double value = std::numeric_limits<double>::quiet_NaN();
  if (!text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      refuse(file,
             "holds '" + std::string(text) + "' in column " + column.name + ", which is no number");
  }
  column.numbers.push_back(value);
}

}  // namespace

Table read_result_table(const std::string& directory, Table table) {
  const std::string file = (std::filesystem::path(directory) / (table.name + ".csv")).string();
  std::vector<Diagnostic> faults;
  std::optional<std::string> bytes = read_text_file(file, {file, 0, 0}, faults);
  if (!bytes) throw InputError(std::move(faults));
  CsvReader reader(file, std::move(*bytes));
  CsvRow row;
  bool header = true;
  while (reader.next(row, faults)) {
    if (row.cells.size() != table.columns.size())
      refuse(file, "does not have the columns of this version");
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (!header)
        append_cell(row.cells[c].text, file, table.columns[c]);
      else if (row.cells[c].text != table.columns[c].name)
        refuse(file, "does not have the columns of this version");
    }
    header = false;
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  return table;
}

MeasureBasis FinishedRun::basis() const {
  return inputs.settings.real_world ? MeasureBasis::real_world : MeasureBasis::risk_neutral;
}

const char* FinishedRun::basis_name() const {
  return inputs.settings.real_world ? "real_world" : "risk_neutral";
}

FinishedRun read_finished_run(const std::string& directory) {
  FinishedRun run;
  run.directory = directory;
  Table* const wanted[] = {&run.measures, &run.contracts, &run.paths, &run.cashflows,
                           &run.covenants};
  run.measures = measures_table();
  run.contracts = contracts_table();
  run.paths = paths_table();
  run.cashflows = cashflows_table();
  run.covenants = covenants_table();
  std::vector<std::string> names;
  for (const Table* table : wanted) names.push_back(table->name + ".csv");
  const RunRecord record = read_run_record(directory, names);
  std::vector<Diagnostic> faults;
  for (const auto& [file, problem] : record.changed)
    faults.push_back({{file, 0, 0}, "", "", problem, "restore the file, or run again"});
  if (!faults.empty()) throw InputError(std::move(faults));
  CommandLine options;
  options.paths = record.paths;
  options.seed = record.seed;
  options.scenarios = {"baseline"};
  std::string run_file = record.run_file;
  if (!record.replaced.empty()) {
    const std::filesystem::path folder(directory);
    run_file = (folder / kResolvedSettings).string();
    options.kept_inputs = (folder / kKeptInputs).string();
    run.replaced_inputs = record.replaced;
  }
  run.inputs = read_inputs(run_file, options);
  for (Table* table : wanted) *table = read_result_table(directory, std::move(*table));
  return run;
}

Estimate measure_of(const Table& measures, std::string_view basis, std::string_view level,
                    std::string_view id, std::string_view measure, int horizon) {
  Estimate found;
  const auto& ids = measures.column("id").texts;
  const auto& names = measures.column("measure").texts;
  const auto& horizons = measures.column("horizon_months").numbers;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    if (ids[row] != id || names[row] != measure ||
        measures.column("scenario").texts[row] != "baseline" ||
        measures.column("measure_basis").texts[row] != basis ||
        measures.column("level").texts[row] != level)
      continue;
    const double h = horizons[row];
    if (horizon < 0 ? h == h : h != horizon) continue;
    found.value = measures.column("value").numbers[row];
    found.standard_error = measures.column("standard_error").numbers[row];
    return found;
  }
  return found;
}

}  // namespace lien::pricing
