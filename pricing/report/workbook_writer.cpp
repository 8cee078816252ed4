#include "pricing/report/workbook_writer.hpp"

#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string_view>

#include "pricing/report/csv_writer.hpp"
#include "pricing/report/output_file.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kLongestText = 32'767;  // bytes; of a cell, as Excel has it in characters

// A text that any cell takes: no control characters, whole UTF-8 characters, not too long.
std::string cell_text(std::string_view text) {
  std::string plain = without_controls(text, "\t\n");
  if (plain.size() <= kLongestText) return plain;
  std::size_t end = kLongestText;
  while ((static_cast<unsigned char>(plain[end]) & 0xC0) == 0x80) --end;
  plain.resize(end);
  return plain;
}

std::string_view without_error_suffix(std::string_view name) {
  for (const std::string_view suffix : {"_se", "_low", "_high"})
    if (name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix)
      return name.substr(0, name.size() - suffix.size());
  return name;
}

// How a column of a table shows its numbers; the cell keeps all digits.
const char* number_format(std::string_view name) {
  constexpr std::array money = {"balance",
                                "present_value",
                                "expected_loss",
                                "ecl_12m",
                                "ecl_lifetime",
                                "value_at_risk",
                                "expected_shortfall",
                                "expected_shortfall_contribution",
                                "value_at_risk_contribution"};
  constexpr std::array shares = {
      "price",         "probability_of_default",  "breach_probability",
      "loan_to_value", "loan_to_value_peak_mean", "cumulative_probability"};
  const std::string_view of = without_error_suffix(name);
  const auto is_of = [of](const char* known) { return of == known; };
  if (std::any_of(money.begin(), money.end(), is_of)) return "#,##0.00";
  if (std::any_of(shares.begin(), shares.end(), is_of)) return "0.00%";
  return nullptr;
}

struct SheetRows {
  std::string name;
  std::size_t written, all;
};

class Workbook {
 public:
  Workbook(const std::string& path, const std::string& folder) : path_(path), folder_(folder) {
    // Rows go to a temporary file as they come.
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = folder_.data();
    options.use_zip64 = LXW_FALSE;
    workbook_.reset(workbook_new_opt(path.c_str(), &options));
    if (workbook_ == nullptr) fail("no memory");
    header_ = made(workbook_add_format(workbook_.get()));
    format_set_bold(header_);
    format_set_bottom(header_, LXW_BORDER_THIN);
  }

  void describe(const std::string& title, Date created) {
    std::string text = cell_text(title);
    lxw_doc_properties properties{};
    properties.title = text.data();
    properties.created = static_cast<time_t>(created.time_since_epoch().count()) * 86'400;
    require(workbook_set_properties(workbook_.get(), &properties));
  }

  lxw_worksheet* add_sheet(const std::string& name) {
    row_ = 0;
    lxw_worksheet* const sheet = made(workbook_add_worksheet(workbook_.get(), name.c_str()));
    sheets_.push_back(sheet);
    return sheet;
  }

  void text(lxw_worksheet* sheet, std::size_t column, std::string_view text,
            lxw_format* format = nullptr) {
    if (text.empty()) return;
    require(worksheet_write_string(sheet, row_, static_cast<lxw_col_t>(column),
                                   cell_text(text).c_str(), format));
  }

  // `value` is finite.
  void number(lxw_worksheet* sheet, std::size_t column, double value,
              lxw_format* format = nullptr) {
    require(worksheet_write_number(sheet, row_, static_cast<lxw_col_t>(column),
                                   value == 0 ? 0.0 : value, format));
  }

  void end_row() { ++row_; }
  void restart() { row_ = 0; }  // on a sheet without rows

  // Widths and formats; what a sheet in constant memory must know before its first row.
  std::vector<lxw_format*> columns_of(lxw_worksheet* sheet, const Table& table,
                                      const std::vector<std::size_t>& rows) {
    std::vector<lxw_format*> formats;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const Column& column = table.columns[c];
      std::size_t width = column.name.size() + 3;  // the filter's arrow
      if (column.kind == ColumnKind::text)
        for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 200); ++i)
          width = std::max(width, column.texts[rows[i]].size() + 1);
      const auto at = static_cast<lxw_col_t>(c);
      require(worksheet_set_column(
          sheet, at, at, static_cast<double>(std::clamp<std::size_t>(width, 10, 60)), nullptr));
      const char* format = number_format(column.name);
      formats.push_back(format == nullptr ? nullptr : format_of(format));
    }
    return formats;
  }

  SheetRows add_table(const std::string& name, const Table& table,
                      const std::vector<std::size_t>& rows) {
    lxw_worksheet* const sheet = add_sheet(name);
    const std::vector<lxw_format*> formats = columns_of(sheet, table, rows);
    const std::size_t shown = std::min(rows.size(), kSheetRows);
    worksheet_freeze_panes(sheet, 1, 0);
    require(worksheet_autofilter(sheet, 0, 0, static_cast<lxw_row_t>(shown),
                                 static_cast<lxw_col_t>(table.columns.size() - 1)));
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      text(sheet, c, table.columns[c].name, header_);
    end_row();
    for (std::size_t i = 0; i < shown; ++i) {
      for (std::size_t c = 0; c < table.columns.size(); ++c)
        cell(sheet, c, table, rows[i], formats[c]);
      end_row();
    }
    return {name, shown, table.rows()};
  }

  [[nodiscard]] lxw_format* header() const { return header_; }

  void close() {
    // The library looks at no error of its temporary files: a disk that filled up shows here.
    for (lxw_worksheet* sheet : sheets_)
      if (sheet->optimize_tmpfile != nullptr &&
          (std::fflush(sheet->optimize_tmpfile) != 0 || std::ferror(sheet->optimize_tmpfile) != 0))
        fail("a temporary file cannot be written");
    require(workbook_close(workbook_.release()));  // frees it whatever it returns
  }

 private:
  struct Free {
    void operator()(lxw_workbook* workbook) const noexcept { lxw_workbook_free(workbook); }
  };

  void cell(lxw_worksheet* sheet, std::size_t c, const Table& table, std::size_t row,
            lxw_format* format) {
    const Column& column = table.columns[c];
    if (column.kind == ColumnKind::text) return text(sheet, c, column.texts[row]);
    const double value = column.numbers[row];
    if (std::isnan(value)) return;
    if (std::isinf(value))
      throw NonFiniteResult("non-finite result in column " + column.name + " of " + table.name);
    number(sheet, c, value, format);
  }

  lxw_format* format_of(const std::string& pattern) {
    for (const auto& [known, format] : formats_)
      if (known == pattern) return format;
    lxw_format* const format = made(workbook_add_format(workbook_.get()));
    format_set_num_format(format, pattern.c_str());
    formats_.emplace_back(pattern, format);
    return format;
  }

  template <class Thing>
  Thing* made(Thing* thing) {
    if (thing == nullptr) fail("no memory, or no temporary file");
    return thing;
  }

  void require(lxw_error error) {
    if (error != LXW_NO_ERROR) fail(lxw_strerror(error));
  }

  [[noreturn]] void fail(const std::string& reason) {
    throw OutputError(OutputError::Kind::input_output, "cannot write " + path_ + ": " + reason);
  }

  std::string path_, folder_;
  std::unique_ptr<lxw_workbook, Free> workbook_;
  std::vector<lxw_worksheet*> sheets_;
  lxw_format* header_ = nullptr;
  std::vector<std::pair<std::string, lxw_format*>> formats_;
  lxw_row_t row_ = 0;
};

std::vector<std::size_t> all_rows(const Table& table) {
  std::vector<std::size_t> rows(table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  return rows;
}

std::vector<std::size_t> rows_of_levels(const Table& measures,
                                        const std::function<bool(const std::string&)>& wanted) {
  std::vector<std::size_t> rows;
  const auto& level = measures.column("level").texts;
  for (std::size_t row = 0; row < level.size(); ++row)
    if (wanted(level[row])) rows.push_back(row);
  return rows;
}

// What a reader must know before the numbers, and which rows did not fit.
void fill_first_sheet(Workbook& book, lxw_worksheet* sheet, const ReportSubject& subject,
                      const RunFacts& facts, const std::vector<SheetRows>& sheets) {
  const auto line = [&](const char* name, const auto& write) {
    book.text(sheet, 0, name, book.header());
    write();
    book.end_row();
  };
  const auto text = [&](const char* name, const std::string& value) {
    line(name, [&] { book.text(sheet, 1, value); });
  };
  const auto number = [&](const char* name, double value) {
    line(name, [&] {
      if (std::isfinite(value)) book.number(sheet, 1, value);
    });
  };
  text("name", subject.settings.name);
  text("valuation_date", iso_text(subject.settings.valuation_date));
  text("currency", subject.currency);
  number("contracts", static_cast<double>(facts.contracts_priced));
  number("balance", facts.balance);
  number("paths", static_cast<double>(facts.paths));
  text("seed", std::to_string(subject.settings.seed));  // 64 bits, more than a cell's number holds
  text("program", "lien " + subject.version);
  book.end_row();
  for (std::size_t c = 0; c < 4; ++c) {
    constexpr std::array titles = {"sheet", "rows", "of", "the whole table"};
    book.text(sheet, c, titles[c], book.header());
  }
  book.end_row();
  for (const SheetRows& rows : sheets) {
    book.text(sheet, 0, rows.name);
    book.number(sheet, 1, static_cast<double>(rows.written));
    book.number(sheet, 2, static_cast<double>(rows.all));
    book.text(sheet, 3, (rows.name == "portfolio" ? "measures" : rows.name) + ".csv");
    book.end_row();
  }
}

}  // namespace

void write_workbook(const ReportSubject& subject, const RunResults& results,
                    const std::vector<const Table*>& tables, const std::string& path,
                    const std::string& folder) {
  Workbook book(path, folder);
  book.describe(subject.settings.name, subject.settings.valuation_date);
  lxw_worksheet* const first = book.add_sheet("run");
  const Table& measures = results.tables.measures;
  const auto levels = [&](const std::function<bool(const std::string&)>& wanted) {
    return rows_of_levels(measures, wanted);
  };
  std::vector<SheetRows> sheets = {book.add_table(
      "portfolio", measures, levels([](auto& level) { return level == "portfolio"; }))};
  for (const Table* table : tables)
    if (table->rows() > 0) sheets.push_back(book.add_table(table->name, *table, all_rows(*table)));
  // Those by contract are nine in ten; the sheet `contracts` has the ones a desk asks for.
  sheets.push_back(book.add_table("measures", measures,
                                  levels([](auto& level) { return level != "contract"; })));
  book.restart();
  fill_first_sheet(book, first, subject, results.facts, sheets);
  worksheet_set_column(first, 0, 3, 18, nullptr);
  book.close();
}

std::string workbook_library_version() { return LXW_VERSION; }

}  // namespace lien::pricing
