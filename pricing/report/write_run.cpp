#include "pricing/report/write_run.hpp"

#include "pricing/report/csv_writer.hpp"
#include "pricing/report/keep_inputs.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/report_html.hpp"
#include "pricing/report/resolved_settings.hpp"
#include "pricing/report/sqlite_writer.hpp"
#include "pricing/report/workbook_writer.hpp"

namespace lien::pricing {
namespace {

FileDigest write_text(const RunDirectory& directory, const std::string& name,
                      const std::string& text) {
  const auto file = directory.create(name);
  file->write(text);
  return file->close();
}

// The main tables. Of the others a desk reads a chart, or asks the database.
std::vector<const Table*> tables_of_workbook(const RunTables& tables) {
  return {&tables.reverse_stress, &tables.reverse_shocks, &tables.contracts, &tables.losses,
          &tables.contributions,  &tables.limits,         &tables.checks,    &tables.rejects};
}

}  // namespace

std::vector<FileDigest> digest_of_inputs(const Inputs& inputs) {
  std::vector<FileDigest> digests;
  for (const std::string& path : inputs.files) digests.push_back(digest_of_file(path));
  return digests;
}

std::vector<FileDigest> write_run(const Inputs& inputs,
                                  const std::vector<FileDigest>& input_digests,
                                  const RunResults& results, const BuildFacts& build,
                                  const RunCircumstances& circumstances,
                                  const RunDirectory& directory) {
  std::vector<FileDigest> written;
  const RunTables& tables = results.tables;
  std::vector<const Table*> all = {&tables.measures,  &tables.contracts, &tables.cashflows,
                                   &tables.covenants, &tables.losses,    &tables.contributions,
                                   &tables.paths,     &tables.checks,    &tables.rejects};
  if (!inputs.settings.limits.empty()) all.push_back(&tables.limits);
  if (const auto& asked = inputs.settings.reverse_stress) {
    all.push_back(&tables.reverse_stress);
    if (asked->shocks) all.push_back(&tables.reverse_shocks);
  }
  for (const Table* table : all) {
    const auto file = directory.create(table->name + ".csv");
    write_csv(*table, *file);
    written.push_back(file->close());
  }
  written.push_back(write_text(directory, kResolvedSettings,
                               resolved_settings(inputs.settings, inputs.scenarios)));
  const ReportSubject subject{inputs.settings, inputs.market.currency, inputs.scenarios,
                              build.version, &inputs.book.vehicles};
  written.push_back(write_text(directory, "report.html", report_html(subject, results)));
  keep_inputs(inputs, input_digests, directory);
  // Their bytes hang on the libraries' versions, so the manifest keeps them apart.
  std::vector<FileDigest> by_library;
  write_sqlite(all, directory.claim("results.sqlite"));
  by_library.push_back(directory.finish("results.sqlite"));
  write_workbook(subject, results, tables_of_workbook(tables), directory.claim("report.xlsx"),
                 directory.folder());
  by_library.push_back(directory.finish("report.xlsx"));
  const std::string text = manifest_json(inputs, input_digests, results.facts, build, circumstances,
                                         written, by_library);
  written.insert(written.end(), by_library.begin(), by_library.end());
  written.push_back(write_text(directory, "manifest.json", text));
  return written;
}

}  // namespace lien::pricing
