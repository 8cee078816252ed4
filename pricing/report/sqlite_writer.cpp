#include "pricing/report/sqlite_writer.hpp"

#include <sqlite3.h>

#include <cmath>
#include <memory>

#include "pricing/report/csv_writer.hpp"
#include "pricing/report/output_file.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// An identifier may be a word of SQL ("check", "column").
std::string quoted(const std::string& name) { return "\"" + name + "\""; }

class Database {
 public:
  explicit Database(const std::string& path) : path_(path) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    database_.reset(opened);
    require(code, SQLITE_OK);
  }

  void execute(const std::string& sql) {
    require(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  }

  void add(const Table& table) {
    std::string columns, places;
    for (const Column& column : table.columns) {
      const char* kind = column.kind == ColumnKind::text      ? " TEXT"
                         : column.kind == ColumnKind::integer ? " INTEGER"
                                                              : " REAL";
      columns += (columns.empty() ? "" : ", ") + quoted(column.name) + kind;
      places += places.empty() ? "?" : ", ?";
    }
    execute("CREATE TABLE " + quoted(table.name) + " (" + columns + ")");
    const Statement insert =
        prepare("INSERT INTO " + quoted(table.name) + " VALUES (" + places + ")");
    const std::size_t rows = table.rows();
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t c = 0; c < table.columns.size(); ++c)
        bind(insert.get(), static_cast<int>(c) + 1, table, table.columns[c], row);
      require(sqlite3_step(insert.get()), SQLITE_DONE);
      require(sqlite3_reset(insert.get()), SQLITE_OK);
    }
  }

  // Says what a destructor could not: that the last pages are written.
  void close() {
    const int code = sqlite3_close(database_.get());
    if (code == SQLITE_OK) static_cast<void>(database_.release());
    require(code, SQLITE_OK);
  }

 private:
  Statement prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr);
    Statement prepared(statement);
    require(code, SQLITE_OK);
    return prepared;
  }

  void bind(sqlite3_stmt* insert, int place, const Table& table, const Column& column,
            std::size_t row) {
    if (column.kind == ColumnKind::text) {
      const std::string& text = column.texts[row];
      if (text.empty()) return require(sqlite3_bind_null(insert, place), SQLITE_OK);
      const std::string plain = without_controls(text, "\t\r\n");
      return require(sqlite3_bind_text64(insert, place, plain.data(), plain.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8),
                     SQLITE_OK);
    }
    const double value = column.numbers[row];
    if (std::isnan(value)) return require(sqlite3_bind_null(insert, place), SQLITE_OK);
    if (std::isinf(value))
      throw NonFiniteResult("non-finite result in column " + column.name + " of " + table.name);
    require(column.kind == ColumnKind::integer
                ? sqlite3_bind_int64(insert, place, static_cast<sqlite3_int64>(value))
                : sqlite3_bind_double(insert, place, value == 0 ? 0.0 : value),
            SQLITE_OK);
  }

  void require(int code, int wanted) {
    if (code == wanted) return;
    const char* reason =
        database_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database_.get());
    throw OutputError(OutputError::Kind::input_output, "cannot write " + path_ + ": " + reason);
  }

  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
};

}  // namespace

void write_sqlite(const std::vector<const Table*>& tables, const std::string& path) {
  Database database(path);
  // A new file of our own: what a journal would protect is thrown away whole if a write fails, and
  // the run directory syncs the file itself. The page size is said, since its default may move.
  database.execute(
      "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA locking_mode = EXCLUSIVE;"
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  for (const Table* table : tables) database.add(*table);
  database.execute("COMMIT");
  database.close();
}

}  // namespace lien::pricing
