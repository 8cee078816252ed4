#include "pricing/book/csv.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

struct Table {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> faults;
};

Table read(std::string bytes) {
  CsvReader reader("t.csv", std::move(bytes));
  Table table;
  CsvRow row;
  std::vector<Diagnostic> faults;
  while (reader.next(row, faults)) {
    table.rows.emplace_back();
    for (const CsvCell& cell : row.cells) table.rows.back().emplace_back(cell.text);
  }
  for (const Diagnostic& fault : faults) table.faults.push_back(to_string(fault));
  return table;
}

using Rows = std::vector<std::vector<std::string>>;

// The examples of RFC 4180, section 2, rules 1 to 7.
TEST(Csv, ReadsTheExamplesOfItsStandard) {
  EXPECT_EQ(read("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n").rows,
            (Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(read("aaa,bbb,ccc\r\nzzz,yyy,xxx").rows,
            (Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(read("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx").rows,
            (Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(read("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx").rows,
            (Rows{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}}));
  EXPECT_EQ(read("\"aaa\",\"b\"\"bb\",\"ccc\"").rows, (Rows{{"aaa", "b\"bb", "ccc"}}));
}

TEST(Csv, KeepsBlankCellsAndPassesEmptyLines) {
  EXPECT_EQ(read(",\n\n\r\na,\n,\"\"\n").rows, (Rows{{"", ""}, {"a", ""}, {"", ""}}));
  EXPECT_TRUE(read("").rows.empty());
}

TEST(Csv, CountsLinesAndColumnsInBytes) {
  // "\xC3\xA9" is one letter of two bytes: the cell after it begins at byte 4.
  CsvReader reader("t.csv", "\xC3\xA9,b,\"c\nd\",e\nf,g\n");
  CsvRow row;
  std::vector<Diagnostic> faults;
  ASSERT_TRUE(reader.next(row, faults));
  ASSERT_EQ(row.cells.size(), 4u);
  EXPECT_EQ(row.cells[1].column, 4);
  EXPECT_EQ(row.cells[2].column, 6);
  EXPECT_EQ(row.cells[3].line, 2);
  EXPECT_EQ(row.cells[3].column, 4);
  ASSERT_TRUE(reader.next(row, faults));
  EXPECT_EQ(row.line, 3);
  EXPECT_EQ(row.cells[1].column, 3);
  EXPECT_TRUE(faults.empty());
}

TEST(Csv, RefusesWhatTheStandardDoesNotKnow) {
  using Faults = std::vector<std::string>;
  EXPECT_EQ(read("a\"b,c\n").faults,
            Faults{"t.csv:1:2: holds a quote inside a cell that does not begin with one\n"
                   "    put the cell in quotes and write \"\" for each quote in it"});
  EXPECT_EQ(read("x\n\"a\"b,c\n").faults, Faults{"t.csv:2:4: holds text after a closing quote\n"
                                                 "    write \"\" for a quote in a cell"});
  EXPECT_EQ(read("a,\"b\nc\n").faults,
            Faults{"t.csv:1:3: opens a quote that never closes\n    close the quote"});
  EXPECT_EQ(read("a\rb\n").faults, Faults{"t.csv:1:2: holds a carriage return without a line feed\n"
                                          "    save the file with LF or CRLF line ends"});
  EXPECT_EQ(read(std::string("a,b\0\n", 5)).faults,
            Faults{"t.csv:1:4: holds a NUL byte\n    remove it"});
}

TEST(Csv, RefusesOverlongCellsAndRows) {
  EXPECT_TRUE(read(std::string(64 * 1024, 'x')).faults.empty());
  EXPECT_EQ(read(std::string(64 * 1024 + 1, 'x')).faults.size(), 1u);
  EXPECT_TRUE(read(std::string(4095, ',')).faults.empty());
  EXPECT_EQ(read(std::string(4096, ',')).faults.size(), 1u);
}

// Table 3-7 of the Unicode standard: well-formed sequences and the neighbours outside them.
TEST(Utf8, AcceptsWellFormedTextOnly) {
  for (const char* good :
       {"plain text of more than eight bytes", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(first_bad_byte(good), std::string_view::npos) << shown(good);
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xEF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    EXPECT_EQ(first_bad_byte(bad), 0u) << shown(bad);
  EXPECT_EQ(first_bad_byte("xxxxxxxxxxxxxxxxx\xE9 y"), 17u);
  EXPECT_EQ(first_bad_byte(std::string_view("abcdefgh\0ijklmnop", 17)), 8u);
}

TEST(Shown, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(shown("a\x1B[31m\n\xE9"), "a\\x1B[31m\\n\\xE9");
  EXPECT_EQ(shown("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace lien::pricing
