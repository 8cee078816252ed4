#include <algorithm>
#include <array>
#include <utility>

#include "pricing/book/book_context.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/row_vehicle.hpp"
#include "pricing/book/tape.hpp"

namespace lien::pricing {
namespace {

constexpr std::string_view kBuyoutPrice = "buyout_price";

template <class T>
using Check = void (*)(T&, const Given&, const Scope&, BookContext&);

void join(Lease&& lease, std::vector<Lease>& leases, Book&) { leases.push_back(std::move(lease)); }
void join(Loan&& loan, std::vector<Loan>& loans, Book& book) {
  if (needs_vehicle(loan))
    join_as_vehicle(std::move(loan), book);
  else
    loans.push_back(std::move(loan));
}

// A faulty row stops the run or is set aside; a sound one joins the book.
template <class T>
void settle_row(T&& contract, std::vector<Diagnostic>& row_faults, bool may_skip,
                std::vector<T>& contracts, BookContext& context) {
  ++context.rows_read;
  if (row_faults.empty()) {
    join(std::move(contract), contracts, context.book);
    return;
  }
  auto& to = may_skip && context.skip_rejected_rows ? context.rejected : context.faults;
  std::move(row_faults.begin(), row_faults.end(), std::back_inserter(to));
  row_faults.clear();
}

template <class T>
void read_tape(CsvReader& reader, CsvRow& header, std::span<const Field<T>> fields,
               std::string_view noun, Check<T> check, std::vector<T>& contracts,
               BookContext& context) {
  const Scope top{context.faults, reader.file(), std::string(noun) + " tape"};
  const bool blank_end = drop_unnamed_end(header, top);
  const auto columns = resolve_header(header, fields, top);
  const auto id_cell = std::find_if(header.cells.begin(), header.cells.end(),
                                    [](const CsvCell& cell) { return cell.text == "id"; });
  const auto id_column = static_cast<std::size_t>(id_cell - header.cells.begin());
  std::vector<Diagnostic> row_faults;
  CsvRow row;
  Given given;
  const std::uint64_t before = context.rows_read;
  while (reader.next(row, row_faults)) {
    T contract;
    if (blank_end) drop_blank_end(row, columns.size());
    if (!row.faulty) {
      const Scope scope{row_faults, reader.file(), row_label(noun, row, id_column)};
      read_row(row, columns, contract, given, contract.source, scope);
      if (row.cells.size() == columns.size()) check(contract, given, scope, context);
    }
    settle_row(std::move(contract), row_faults, !reader.broken(), contracts, context);
  }
  if (context.rows_read == before)
    top.fault(0, 0, "", "", "has a header and no rows", "add a row or take the file from the book");
}

// A tape begins with the name of a column; a brace or a bracket begins JSON, which as a tape would
// be told off cell by cell.
bool is_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

void read_csv_book(const std::string& file, std::string text, BookContext& context) {
  if (is_json(text)) {
    context.faults.push_back({{file, 1, 1},
                              "",
                              "",
                              "begins as JSON or TOML does, and its name makes it a tape (CSV)",
                              "let the name of ACTUS contracts end in .json and read them with "
                              "lien schedule; that of a TOML book, in .toml",
                              false});
    return;
  }
  CsvReader reader(file, std::move(text));
  CsvRow header;
  const Scope top{context.faults, file, {}};
  if (!reader.next(header, context.faults)) {
    top.fault(0, 0, "", "", "is empty", "write a header and a row a contract");
    return;
  }
  if (header.faulty) return;
  std::vector<std::string> names = names_of(loan_fields());
  for (std::string& name : names_of(lease_fields())) names.push_back(std::move(name));
  if (is_separated_otherwise(header, names, {context.faults, file, "tape"})) return;
  const bool leases = std::any_of(header.cells.begin(), header.cells.end(),
                                  [](const CsvCell& cell) { return cell.text == "lessee"; });
  if (leases)
    read_tape<Lease>(reader, header, lease_fields(), "lease", check_lease, context.book.leases,
                     context);
  else
    read_tape<Loan>(reader, header, loan_fields(), "loan", check_loan, context.book.loans, context);
}

// As in a tape, but that a price may be a curve: a table, read here.
std::vector<Field<Lease>> lease_table_fields() {
  std::vector<Field<Lease>> fields(lease_fields().begin(), lease_fields().end());
  for (Field<Lease>& field : fields)
    if (field.name == kBuyoutPrice) field = apart<Lease>(kBuyoutPrice);
  return fields;
}

void read_lease_table(const TomlValue& table, const std::string& file, BookContext& context) {
  std::vector<Diagnostic> row_faults;
  const Scope scope{row_faults, file, block_label("lease", table, "id")};
  Lease lease;
  const std::vector<Field<Lease>> fields = lease_table_fields();
  const Given given =
      read_table(table, std::span<const Field<Lease>>(fields), lease, "field of [[lease]]", scope);
  if (const TomlValue* price = table.find(kBuyoutPrice))
    lease.buyout_price =
        read_curve(*price, kBuyoutPrice, {{"months", "values", at_least(0), Unit::plain}}, scope);
  lease.source = {file, table.line, {}, {}};
  for (std::size_t i = 0; i < given.names.size(); ++i) {
    lease.source.columns.emplace_back(given.names[i], given.values[i].column);
    lease.source.lines.push_back(given.values[i].line);
  }
  check_lease(lease, given, scope, context);
  settle_row(std::move(lease), row_faults, false, context.book.leases, context);
}

void read_toml_book(const std::string& file, const std::string& text, BookContext& context) {
  const std::optional<TomlValue> root = parse_toml(file, text, context.faults);
  if (!root) return;
  const Scope top{context.faults, file, {}};
  for (const TomlEntry& entry : root->entries) {
    if (entry.key == "instrument") {
      for (const TomlValue* table : tables_of(&entry.value, entry.key, top))
        read_instrument(*table, file, context);
    } else if (entry.key == "lease") {
      for (const TomlValue* table : tables_of(&entry.value, entry.key, top))
        read_lease_table(*table, file, context);
    } else if (entry.key == "vehicle") {
      for (const TomlValue* table : tables_of(&entry.value, entry.key, top))
        read_vehicle(*table, file, context);
    } else {
      refuse_unknown(entry.line, entry.column, entry.key, "block of a book",
                     {"instrument", "lease", "vehicle"}, top);
    }
  }
  if (root->entries.empty())
    top.fault(0, 0, "", "", "holds no contract", "add one or take the file from the book");
}

}  // namespace

void read_book_file(const std::string& file, const Location& named, BookContext& context) {
  std::optional<std::string> text = read_text_file(file, named, context.faults);
  if (!text) return;
  if (file.ends_with(".toml"))
    read_toml_book(file, *text, context);
  else
    read_csv_book(file, std::move(*text), context);
}

}  // namespace lien::pricing
